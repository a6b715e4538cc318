"""Measures predictors that start on the size path in NumPy, which `npm run accuracy` compares the library with.

    python3 -m venv .venv && .venv/bin/pip install scikit-learn==1.9.1 numpy==2.4.6
    .venv/bin/python scripts/reference/make_second_order.py

Run from the top of the repository. For each recorded pool, three held-out draws of 500 subsets: size uniform on
{ceil(N/10), ..., N}, members without replacement, drawn again until both classes occur. L2 logistic regression with C = 1 and a
bias that is not penalised; optima to max|gradient| <= 1e-10 n by Newton's method. Recorded are mean relative parameter errors,
and those of some subsets one by one, which the library's predictors are tested against.
"""

import itertools
import json

import numpy

from make_logistic_regression import ROOT, pool_of, scaled

CASES = [
    ("iris 0/1", "iris_authors", "max-norm"),
    ("iris 1/2", "iris_1_2", "standardise"),
    ("breast cancer", "breast_cancer_300", "standardise"),
    ("spambase", "spambase_300", "log1p, standardise"),
]
DRAWS = [2, 12, 22]
SUBSETS = 500
# Subsets of the last draw that are recorded one by one, for a test.
EXAMPLES = 12


class Problem:
    def __init__(self, features, labels):
        self.design = numpy.c_[features, numpy.ones(len(features))]
        self.labels = labels
        self.penalised = numpy.ones(self.design.shape[1])
        self.penalised[-1] = 0

    def objective(self, theta, weights):
        logits = self.design @ theta
        losses = numpy.logaddexp(0, logits) - self.labels * logits
        return 0.5 * theta @ (self.penalised * theta) + weights @ losses

    def gradient(self, theta, weights):
        probabilities = 1 / (1 + numpy.exp(-(self.design @ theta)))
        return self.penalised * theta + self.design.T @ (weights * (probabilities - self.labels))

    def hessian(self, theta, weights):
        probabilities = 1 / (1 + numpy.exp(-(self.design @ theta)))
        curvatures = weights * probabilities * (1 - probabilities)
        return numpy.diag(self.penalised) + (self.design * curvatures[:, None]).T @ self.design

    def along(self, theta, direction, weights):
        """The first of the steps 1, 1/2, 1/4, ... that satisfies Armijo's condition."""
        slope = self.gradient(theta, weights) @ direction
        value = self.objective(theta, weights)
        step = 1.0
        while step > 1e-9 and self.objective(theta + step * direction, weights) > value + 1e-4 * step * slope:
            step /= 2
        return theta + step * direction

    def newton(self, theta, weights):
        direction = -numpy.linalg.solve(self.hessian(theta, weights), self.gradient(theta, weights))
        return self.along(theta, direction, weights)

    def optimum(self, theta, weights):
        for _ in range(200):
            if numpy.abs(self.gradient(theta, weights)).max() <= 1e-10 * weights.sum():
                break
            theta = self.newton(theta, weights)
        return theta

    def lbfgs(self, theta, weights, inverse, iterations):
        pairs = []
        for _ in range(iterations):
            gradient = self.gradient(theta, weights)
            direction = -gradient
            coefficients = []
            for points, gradients in reversed(pairs):
                coefficient = points @ direction / (points @ gradients)
                coefficients.append(coefficient)
                direction = direction - coefficient * gradients
            direction = inverse @ direction
            for (points, gradients), coefficient in zip(pairs, reversed(coefficients)):
                direction = direction + (coefficient - gradients @ direction / (points @ gradients)) * points
            moved = self.along(theta, direction, weights)
            pairs.append((moved - theta, self.gradient(moved, weights) - gradient))
            theta = moved
        return theta


def draws(problem, seed):
    """Weights of subsets, without end."""
    size = len(problem.labels)
    random = numpy.random.default_rng(seed)
    while True:
        n = random.integers(-(-size // 10), size + 1)
        weights = numpy.zeros(size)
        weights[random.permutation(size)[:n]] = 1
        if len(set(problem.labels[weights > 0])) == 2:
            yield weights


def errors_of(problem, weights, path, hessians):
    """Relative parameter error of each method on a subset."""
    n = int(weights.sum())
    exact = problem.optimum(path[n], weights)
    errors = {}

    def record(method, theta):
        errors[method] = numpy.linalg.norm(theta - exact) / numpy.linalg.norm(exact)

    theta = path[n]
    for step in (1, 2, 3):
        theta = theta - numpy.linalg.solve(hessians[n], problem.gradient(theta, weights))
        if step != 2:
            record(f"chord {step}", theta)
    theta = path[n]
    for step in (1, 2):
        theta = problem.newton(theta, weights)
        record(f"Newton {step}", theta)
    record("L-BFGS 4", problem.lbfgs(path[n], weights, numpy.linalg.inv(hessians[n]), 4))
    return errors


def rounded(values, digits):
    return [float(f"{value:.{digits}g}") for value in values]


def main():
    recorded, examples = {}, []
    for name, split, scaling in CASES:
        features, labels = pool_of(split)
        problem = Problem(scaled(features, scaling), labels)
        path, hessians = {}, {}
        theta = numpy.zeros(problem.design.shape[1])
        for n in range(len(labels), 0, -1):
            weights = numpy.full(len(labels), n / len(labels))
            theta = path[n] = problem.optimum(theta, weights)
            hessians[n] = problem.hessian(theta, weights)
        methods = list(errors_of(problem, next(draws(problem, 0)), path, hessians))
        recorded[name] = []
        for seed in DRAWS:
            drawn = list(itertools.islice(draws(problem, seed), SUBSETS))
            errors = [errors_of(problem, weights, path, hessians) for weights in drawn]
            means = rounded([numpy.mean([error[method] for error in errors]) for method in methods], 4)
            recorded[name].append(dict(zip(methods, means)))
        examples.append(
            {
                "split": split,
                "scaling": scaling,
                "subsets": [numpy.flatnonzero(weights).tolist() for weights in drawn[:EXAMPLES]],
                "errors": {method: rounded([error[method] for error in errors[:EXAMPLES]], 8) for method in methods},
            }
        )
    file = ROOT / "test" / "fixtures" / "second-order.json"
    file.write_text(json.dumps({"draws": recorded, "examples": examples}) + "\n")


if __name__ == "__main__":
    main()
