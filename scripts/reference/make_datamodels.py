"""Records scikit-learn's Lasso on masks of retrained subsets, which datamodels are tested against.

    python3 -m venv .venv && .venv/bin/pip install scikit-learn==1.9.1 numpy==2.4.6
    .venv/bin/python scripts/reference/make_datamodels.py

Run from the top of the repository. The pool and its scaling are as in make_logistic_regression.py. Logistic regression is
fitted to random halves of the pool; the outputs are the correct-class margins (for two classes: the score, negative for the
class 0) of points of the split's test rows under these models. Lasso minimises 1/(2m) sum (y - Xw - b)^2 + alpha |w|_1 with an
unpenalised intercept; alpha is a share of max |X'(y - mean y)|/m with X centred, from which on all coefficients vanish. It runs
with tol 1e-14; its largest violation of the optimality conditions, relative to the largest alpha, is printed.
"""

import csv
import json

import numpy
import sklearn
from sklearn.linear_model import Lasso, LogisticRegression

from make_logistic_regression import ROOT, pool_of

SPLIT = "iris_1_2"
SCALING = "standardise"
STRENGTH = 1.0
SUBSETS = 200
TARGETS = [1, 8, 17, 30]
SHARES = [1.0, 0.5, 0.2, 0.05, 0.01, 0.002]


def test_points():
    record = json.loads((ROOT / f"data/splits/{SPLIT}.json").read_text())
    sidecar = json.loads((ROOT / f"data/{record['dataset']}.json").read_text())
    with open(ROOT / "data" / sidecar["file"], newline="") as file:
        points = list(csv.DictReader(file))
    chosen = [points[record["testRows"][target]] for target in TARGETS]
    labels = numpy.array([record["classes"].index(point.pop(sidecar["label"])) for point in chosen])
    return numpy.array([[float(value) for value in point.values()] for point in chosen]), labels


def retrained_margins(random):
    features, labels = pool_of(SPLIT)
    asked, truth = test_points()
    centre, deviation = features.mean(axis=0), features.std(axis=0)
    features, asked = (features - centre) / deviation, (asked - centre) / deviation
    members = [sorted(random.choice(len(labels), len(labels) // 2, replace=False).tolist()) for _ in range(SUBSETS)]
    margins = []
    for own in members:
        model = LogisticRegression(C=STRENGTH, solver="newton-cholesky", tol=1e-10, max_iter=1000)
        model.fit(features[own], labels[own])
        margins.append(model.decision_function(asked) * (2 * truth - 1))
    return members, numpy.array(margins), len(labels)


def main():
    members, margins, size = retrained_margins(numpy.random.default_rng(4))
    masks = numpy.zeros((SUBSETS, size))
    for row, own in enumerate(members):
        masks[row, own] = 1
    centred = masks - masks.mean(axis=0)
    targets = []
    worst = 0.0
    for target, y in zip(TARGETS, margins.T):
        top = abs(centred.T @ (y - y.mean())).max() / SUBSETS
        fits = []
        for share in SHARES:
            model = Lasso(alpha=share * top, tol=1e-14, max_iter=10_000_000).fit(masks, y)
            slopes = centred.T @ (y - y.mean() - centred @ model.coef_) / SUBSETS
            used = model.coef_ != 0
            violation = numpy.where(
                used, abs(slopes - share * top * numpy.sign(model.coef_)), numpy.maximum(0, abs(slopes) - share * top)
            )
            worst = max(worst, violation.max() / top)
            fits.append({"strength": share * top, "coefficients": model.coef_.tolist(), "intercept": model.intercept_})
        targets.append({"testRow": target, "margins": y.tolist(), "fits": fits})
        print(f"test row {target}: {[int(numpy.count_nonzero(fit['coefficients'])) for fit in fits]} coefficients in use")
    print(f"largest violation of the optimality conditions: {worst:.1e}")
    record = {
        "madeBy": "scripts/reference/make_datamodels.py",
        "versions": {"scikit-learn": sklearn.__version__, "numpy": numpy.__version__},
        "split": SPLIT,
        "scaling": SCALING,
        "C": STRENGTH,
        "members": members,
        "targets": targets,
    }
    (ROOT / "test/fixtures/datamodels.json").write_text(json.dumps(record, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
