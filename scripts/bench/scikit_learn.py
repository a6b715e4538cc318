"""Retrains with scikit-learn for the benchmark: reads problems from a JSON file, then one request per line.

A request `{"problem", "solver", "tolerance"}` is answered with `{"milliseconds", "residual"}`: CPU time per model of the
loosest solver setting whose largest max|gradient|/(C n), recomputed here in float64, is at or below the tolerance, or
`{"milliseconds": null, "residual"}` if no setting reaches it.
"""

import json
import sys
import time
import warnings

import numpy as np
from sklearn.linear_model import LogisticRegression

warnings.filterwarnings("ignore")
C = 1.0
settings = {}


def estimator(solver, tol):
    scaling = {"intercept_scaling": 100.0} if solver == "liblinear" else {}  # Its bias is penalised: make that negligible.
    return LogisticRegression(C=C, solver=solver, tol=tol, max_iter=10000, **scaling)


def residual(model, x, y):
    logits = x @ model.coef_.T + model.intercept_
    if logits.shape[1] == 1:
        slopes = 1 / (1 + np.exp(-logits)) - (y == model.classes_[1])[:, None]
    else:
        e = np.exp(logits - logits.max(1, keepdims=True))
        slopes = e / e.sum(1, keepdims=True) - (y[:, None] == model.classes_[None, :])
    gradient = np.hstack([C * slopes.T @ x + model.coef_, C * slopes.sum(0)[:, None]])
    return float(np.abs(gradient).max() / (C * len(y)))


def fit(problem, solver, tol):
    start = time.process_time()
    models = [estimator(solver, tol).fit(x, y) for x, y in problem]
    milliseconds = 1000 * (time.process_time() - start) / len(problem)
    return milliseconds, max(residual(model, x, y) for model, (x, y) in zip(models, problem))


def answer(problems, problem, solver, tolerance):
    key = problem, solver, tolerance
    if key not in settings:
        settings[key] = None
        for tol in 10.0 ** np.arange(-2, -13, -1):
            milliseconds, reached = fit(problems[problem], solver, tol)
            if reached <= tolerance:
                settings[key] = tol
                break
        else:
            settings[key] = reached
            return {"milliseconds": None, "residual": reached}
    milliseconds, reached = fit(problems[problem], solver, settings[key])
    return {"milliseconds": milliseconds if reached <= tolerance else None, "residual": reached}


problems = {}
with open(sys.argv[1], encoding="utf-8") as file:
    for name, stored in json.load(file).items():
        x = np.array(stored["features"]).reshape(len(stored["labels"]), -1)
        y = np.array(stored["labels"])
        problems[name] = [(x[rows], y[rows]) for rows in stored["subsets"]]
for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps(answer(problems, request["problem"], request["solver"], request["tolerance"])), flush=True)
