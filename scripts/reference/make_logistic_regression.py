"""Records scikit-learn's logistic regression on sample subsets, which the exact solver is tested against.

    python3 -m venv .venv && .venv/bin/pip install scikit-learn==1.9.1 numpy==2.4.6
    .venv/bin/python scripts/reference/make_logistic_regression.py

Run from the top of the repository. Inputs are stored by reference: a recorded split (data/splits) whose train rows are the
pool, in their order, and the name of a scaling, which the test repeats with the library's own loaders. Subsets are lists of
pool indices; an index that occurs k times is a bootstrap weight of k. Every model is solved twice: by lbfgs with tol 1e-10,
restarted from its own result because it stops where its line search cannot improve any more, and by newton-cholesky with
tol 1e-12.
"""

import csv
import json
import warnings
from pathlib import Path

import numpy
import sklearn
from sklearn.linear_model import LogisticRegression

ROOT = Path(__file__).resolve().parents[2]

# split, scaling, C, subsets drawn without replacement, bootstraps
CASES = [
    ("iris_authors", "max-norm", 1.0, 5, 3),
    ("iris_1_2", "standardise", 1.0, 5, 3),
    ("iris_1_2", "standardise", 100.0, 3, 1),
    ("breast_cancer_300", "standardise", 1.0, 5, 3),
    ("spambase_300", "log1p, standardise", 1.0, 5, 3),
    ("digits_500", "divide by 16", 1.0, 2, 1),
]


def scaled(features, scaling):
    for step in scaling.split(", "):
        if step == "max-norm":
            features = features / numpy.linalg.norm(features, axis=1).max()
        elif step == "log1p":
            features = numpy.log1p(features)
        elif step == "standardise":
            deviation = features.std(axis=0)
            features = (features - features.mean(axis=0)) / numpy.where(deviation == 0, 1, deviation)
        elif step == "divide by 16":
            features = features / 16
    return features


def pool_of(split):
    record = json.loads((ROOT / f"data/splits/{split}.json").read_text())
    sidecar = json.loads((ROOT / f"data/{record['dataset']}.json").read_text())
    with open(ROOT / "data" / sidecar["file"], newline="") as file:
        points = list(csv.DictReader(file))
    chosen = [points[row] for row in record["trainRows"]]
    labels = numpy.array([record["classes"].index(point.pop(sidecar["label"])) for point in chosen])
    return numpy.array([[float(value) for value in point.values()] for point in chosen]), labels


def draw_subsets(labels, drawn, bootstraps, random):
    """Lists of pool indices with every class: sizes spread from a fifth of the pool to all of it, then bootstraps."""
    size = len(labels)
    for k in range(drawn + bootstraps):
        while True:
            if k < drawn:
                members = random.choice(size, round(size * (0.2 + 0.8 * k / max(1, drawn - 1))), replace=False)
            else:
                members = random.choice(size, size, replace=True)
            if len(set(labels[members])) == len(set(labels)):
                yield sorted(members.tolist())
                break


def solve(features, labels, weights, strength, **settings):
    """theta = [w, b] for two classes, else rows [w_k, b_k] with biases shifted to sum to 0 (a shift changes nothing)."""
    used = weights > 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that tol 1e-12 is out of reach: how far solvers agree is recorded below
        model = LogisticRegression(C=strength, max_iter=100_000, warm_start=True, **settings)
        for _ in range(10):
            model.fit(features[used], labels[used], sample_weight=weights[used])
    biases = model.intercept_ - (model.intercept_.mean() if len(model.intercept_) > 1 else 0)
    return numpy.column_stack([model.coef_, biases]).ravel()


def main():
    random = numpy.random.default_rng(2)
    cases = []
    for split, scaling, strength, drawn, bootstraps in CASES:
        features, labels = pool_of(split)
        features = scaled(features, scaling)
        models = []
        apart = 0.0
        for members in draw_subsets(labels, drawn, bootstraps, random):
            weights = numpy.bincount(members, minlength=len(labels)).astype(float)
            lbfgs = solve(features, labels, weights, strength, solver="lbfgs", tol=1e-10)
            newton = solve(features, labels, weights, strength, solver="newton-cholesky", tol=1e-12)
            apart = max(apart, abs(lbfgs - newton).max())
            models.append({"members": members, "lbfgs": lbfgs.tolist(), "newtonCholesky": newton.tolist()})
        cases.append({"split": split, "scaling": scaling, "C": strength, "solversApart": apart, "models": models})
        print(f"{split}, C = {strength}: {len(models)} models, solvers at most {apart:.1e} apart")
    record = {
        "madeBy": "scripts/reference/make_logistic_regression.py",
        "versions": {"scikit-learn": sklearn.__version__, "numpy": numpy.__version__},
        "cases": cases,
    }
    (ROOT / "test/fixtures/logistic-regression.json").write_text(json.dumps(record, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
