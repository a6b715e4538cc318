"""Records scikit-learn's LinearSVC and Ridge on sample subsets, which the library's linear SVM and ridge regression are tested
against.

    python3 -m venv .venv && .venv/bin/pip install scikit-learn==1.9.1 numpy==2.4.6
    .venv/bin/python scripts/reference/make_squared_losses.py

Run from the top of the repository. Pools, scalings and subsets are as in make_logistic_regression.py. LinearSVC penalises the
bias like a weight (intercept_scaling=1); it runs with dual=False and tol 1e-12, and with dual=True and tol 1e-10 to see how far
its two solvers agree. Ridge has alpha = 1/(2C) and labels -1 and 1.
"""

import json
import warnings

import numpy
import sklearn
from sklearn.linear_model import Ridge
from sklearn.svm import LinearSVC

from make_logistic_regression import ROOT, draw_subsets, pool_of, scaled

# split, scaling, C, subsets drawn without replacement, bootstraps
CASES = [
    ("iris_authors", "max-norm", 1.0, 4, 2),
    ("iris_1_2", "standardise", 30.0, 4, 2),
    ("breast_cancer_300", "standardise", 0.1, 4, 2),
    ("spambase_300", "log1p, standardise", 0.01, 4, 2),
    # Three classes, each against the rest.
    ("iris_3", "standardise", 1.0, 3, 1),
]


def theta_of(model):
    """Rows [w_k, b_k], one for two classes."""
    return numpy.ravel(numpy.column_stack([numpy.atleast_2d(model.coef_), numpy.ravel(model.intercept_)]))


def svm(features, labels, weights, strength, dual, tolerance):
    used = weights > 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # how far the solvers agree is recorded below
        model = LinearSVC(C=strength, loss="squared_hinge", dual=dual, tol=tolerance, max_iter=200_000, random_state=0)
        model.fit(features[used], labels[used], sample_weight=weights[used])
    return theta_of(model)


def ridge(features, labels, weights, strength):
    model = Ridge(alpha=1 / (2 * strength), solver="cholesky")
    signs = 2.0 * labels - 1 if labels.max() == 1 else 2.0 * (labels[:, None] == numpy.unique(labels)) - 1
    model.fit(features, signs, sample_weight=weights)
    return theta_of(model)


def main():
    random = numpy.random.default_rng(3)
    cases = []
    for split, scaling, strength, drawn, bootstraps in CASES:
        features, labels = pool_of(split)
        features = scaled(features, scaling)
        models = []
        apart = 0.0
        for members in draw_subsets(labels, drawn, bootstraps, random):
            weights = numpy.bincount(members, minlength=len(labels)).astype(float)
            primal = svm(features, labels, weights, strength, False, 1e-12)
            dual = svm(features, labels, weights, strength, True, 1e-10)
            apart = max(apart, abs(primal - dual).max())
            line = ridge(features, labels, weights, strength)
            models.append({"members": members, "svm": primal.tolist(), "ridge": line.tolist()})
        cases.append({"split": split, "scaling": scaling, "C": strength, "solversApart": apart, "models": models})
        print(f"{split}, C = {strength}: {len(models)} models, LinearSVC's solvers at most {apart:.1e} apart")
    record = {
        "madeBy": "scripts/reference/make_squared_losses.py",
        "versions": {"scikit-learn": sklearn.__version__, "numpy": numpy.__version__},
        "cases": cases,
    }
    (ROOT / "test/fixtures/squared-losses.json").write_text(json.dumps(record, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
