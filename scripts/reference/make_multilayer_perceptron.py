"""Records multilayer perceptrons trained by PyTorch in float64, which the library's are tested against.

    python3 -m venv .venv && .venv/bin/pip install torch==2.13.0 numpy==2.4.6 scikit-learn==1.9.1
    .venv/bin/python scripts/reference/make_multilayer_perceptron.py

Run from the top of the repository. Pools, scalings and subsets are as in make_logistic_regression.py. Every network starts from
the recorded parameters (rows [w_k, b_k], layer after layer) and takes full-batch steps of torch.optim.Adam.
"""

import json

import numpy
import torch

from make_logistic_regression import ROOT, draw_subsets, pool_of, scaled

# split, scaling, hidden layers, activation, steps, learning rate, weight decay
CASES = [
    ("iris_authors", "standardise", [5], "tanh", 60, 0.02, 1e-2),
    ("iris_1_2", "standardise", [6, 4], "relu", 60, 0.01, 1e-3),
    ("digits_500", "divide by 16", [3], "tanh", 25, 0.01, 1e-3),
]
ACTIVATIONS = {"tanh": torch.nn.Tanh, "relu": torch.nn.ReLU}


def network(widths, activation):
    layers = []
    for inputs, outputs in zip(widths, widths[1:]):
        layers += [torch.nn.Linear(inputs, outputs, dtype=torch.float64), ACTIVATIONS[activation]()]
    return torch.nn.Sequential(*layers[:-1])


def theta_of(model):
    rows = [torch.cat([layer.weight, layer.bias[:, None]], 1) for layer in model if isinstance(layer, torch.nn.Linear)]
    return torch.cat([row.detach().flatten() for row in rows]).tolist()


def train(model, features, labels, weights, steps, rate, decay):
    optimiser = torch.optim.Adam(model.parameters(), lr=rate, weight_decay=decay)
    for _ in range(steps):
        optimiser.zero_grad()
        losses = torch.nn.functional.cross_entropy(model(features), labels, reduction="none")
        (weights @ losses / weights.sum()).backward()
        optimiser.step()
    return theta_of(model)


def main():
    torch.manual_seed(4)
    torch.set_num_threads(1)
    random = numpy.random.default_rng(4)
    cases = []
    for split, scaling, hidden, activation, steps, rate, decay in CASES:
        features, labels = pool_of(split)
        features = scaled(features, scaling)
        widths = [features.shape[1], *hidden, labels.max() + 1]
        start = network(widths, activation)
        models = []
        for members in draw_subsets(labels, 2, 1, random):
            weights = numpy.bincount(members, minlength=len(labels)).astype(float)
            model = network(widths, activation)
            model.load_state_dict(start.state_dict())
            tensors = (torch.from_numpy(array) for array in (features, labels, weights))
            models.append({"members": members, "theta": train(model, *tensors, steps, rate, decay)})
        cases.append(
            {
                "split": split,
                "scaling": scaling,
                "options": {
                    "hidden": hidden,
                    "activation": activation,
                    "steps": steps,
                    "learningRate": rate,
                    "weightDecay": decay,
                },
                "start": theta_of(start),
                "models": models,
            }
        )
        print(f"{split}, {activation} {hidden}: {len(models)} models of {len(models[0]['theta'])} parameters")
    record = {
        "madeBy": "scripts/reference/make_multilayer_perceptron.py",
        "versions": {"torch": torch.__version__, "numpy": numpy.__version__},
        "cases": cases,
    }
    (ROOT / "test/fixtures/multilayer-perceptron.json").write_text(json.dumps(record, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
