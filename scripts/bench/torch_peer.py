"""PyTorch with one thread for the benchmark: reads problems from a JSON file (if named), then one request per line.

`{"problem", "solver", "tolerance"}`: CPU milliseconds per model of Newton's method on all subsets of a two-class problem at
once, in float64 with masks, and the largest max|gradient|/(C n) of the models.

`{"step": {"points", "inputs", "outputs", "batch", "steps"}}`: CPU milliseconds per training step of ModelPred's network (mean
squared parameter error, Adam), the points embedded once per step and pooled by one product with the masks.
"""

import json
import sys
import time

import numpy as np
import torch
from torch import nn

torch.set_num_threads(1)
C = 1.0


def evaluate(theta, x, y, masks):
    logits = theta @ x.T
    loss = C * (masks * (nn.functional.softplus(logits) - y * logits)).sum(1) + 0.5 * (theta[:, :-1] ** 2).sum(1)
    gradient = C * (masks * (torch.sigmoid(logits) - y)) @ x
    gradient[:, :-1] += theta[:, :-1]
    return loss, gradient, logits


def newton(x, y, masks, tolerance):
    """Newton's method from zero with step halving; converged models leave the batch."""
    size = masks.sum(1)
    d = x.shape[1]
    pairs = (x[:, :, None] * x[:, None, :]).reshape(len(x), -1)
    ridge = torch.eye(d, dtype=x.dtype)
    ridge[-1, -1] = 0
    result = torch.zeros(len(masks), d, dtype=x.dtype)
    active = torch.arange(len(masks))
    theta = result.clone()
    loss, gradient, logits = evaluate(theta, x, y, masks)
    for _ in range(50):
        done = gradient.abs().max(1).values / (C * size[active]) <= tolerance
        result[active[done]] = theta[done]
        keep = ~done
        if not keep.any():
            break
        active, theta, loss, gradient, logits = active[keep], theta[keep], loss[keep], gradient[keep], logits[keep]
        p = torch.sigmoid(logits)
        hessian = ((C * masks[active] * p * (1 - p)) @ pairs).reshape(-1, d, d) + ridge
        direction = -torch.cholesky_solve(gradient[:, :, None], torch.linalg.cholesky(hessian))[:, :, 0]
        slope = (gradient * direction).sum(1)
        length = torch.ones(len(active), dtype=x.dtype)
        for _ in range(40):
            trial = theta + length[:, None] * direction
            new = evaluate(trial, x, y, masks[active])
            short = new[0] > loss + 1e-4 * length * slope + 1e-13 * loss.abs()
            if not short.any():
                break
            length[short] /= 2
        theta, (loss, gradient, logits) = trial, new
    gradient = evaluate(result, x, y, masks)[1]
    return float((gradient.abs().max(1).values / (C * size)).max())


class Network(nn.Module):
    """As in the ModelPred authors' code: no biases but the head's, ELU, sum pooling."""

    def __init__(self, inputs, outputs):
        super().__init__()
        layer = lambda a, b: nn.Linear(a, b, bias=False)
        self.phi = nn.Sequential(layer(inputs, 128), nn.ELU(), layer(128, 128), nn.ELU(), layer(128, 128))
        self.rho = nn.Sequential(
            layer(128, 128), nn.ELU(), layer(128, 128), nn.ELU(), layer(128, 64), nn.ELU(), nn.Linear(64, outputs)
        )

    def forward(self, points, masks):
        return self.rho(masks @ self.phi(points))


def step(points, inputs, outputs, batch, steps):
    torch.manual_seed(1)
    x = torch.randn(points, inputs)
    masks = (torch.rand(40, batch, points) < torch.rand(40, batch, 1)).float()
    targets = torch.randn(40, batch, outputs)
    network = Network(inputs, outputs)
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-4)

    def run(count):
        for i in range(count):
            optimiser.zero_grad(set_to_none=True)
            loss = nn.functional.mse_loss(network(x, masks[i % 40]), targets[i % 40])
            loss.backward()
            optimiser.step()

    run(20)
    start = time.process_time()
    run(steps)
    return {"milliseconds": 1000 * (time.process_time() - start) / steps}


problems = {}
if len(sys.argv) > 1:
    with open(sys.argv[1], encoding="utf-8") as file:
        for name, stored in json.load(file).items():
            x = np.array(stored["features"]).reshape(len(stored["labels"]), -1)
            masks = np.zeros((len(stored["subsets"]), len(x)))
            for row, members in zip(masks, stored["subsets"]):
                row[members] = 1
            design = torch.tensor(np.hstack([x, np.ones((len(x), 1))]))
            problems[name] = design, torch.tensor(stored["labels"], dtype=torch.float64), torch.tensor(masks)
for line in sys.stdin:
    request = json.loads(line)
    if "step" in request:
        answer = step(**request["step"])
    else:
        x, y, masks = problems[request["problem"]]
        start = time.process_time()
        residual = newton(x, y, masks, request["tolerance"])
        milliseconds = 1000 * (time.process_time() - start) / len(masks)
        answer = {"milliseconds": milliseconds if residual <= request["tolerance"] else None, "residual": residual}
    print(json.dumps(answer), flush=True)
