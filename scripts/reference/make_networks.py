"""Records derivatives and trainings of small networks by PyTorch in float64, which the library's are tested against.

    /usr/bin/python3 scripts/reference/make_networks.py

Run from the top of the repository; recorded with PyTorch 1.13.0 (Debian 12). Every network is written here with PyTorch's own
operations on the library's flat parameters: dense weights units×inputs, convolutions filters×rows×columns×channels (images have
their channels last). Derivatives are PyTorch's automatic ones: the gradient of the mean loss, the losses' derivatives along a
vector (double backward), and the Hessian times that vector. Trainings are by torch.optim on the recorded batches.
"""

import json
import pathlib
import subprocess

import numpy
import torch
from torch.nn import functional as F

ROOT = pathlib.Path(__file__).resolve().parents[2]
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


class Parameters:
    """Hands out parts of a flat vector in order."""

    def __init__(self, theta):
        self.theta, self.first = theta, 0

    def take(self, *shape):
        count = int(numpy.prod(shape))
        part = self.theta[self.first : self.first + count].reshape(shape)
        self.first += count
        return part


def dense(x, parameters, units):
    return F.linear(x, parameters.take(units, x.shape[-1]), parameters.take(units))


def conv(x, parameters, filters, size, stride=1, padding=0):
    """x: n×channels×height×width."""
    weights = parameters.take(filters, size, size, x.shape[1]).permute(0, 3, 1, 2)
    return F.conv2d(x, weights, parameters.take(filters), stride=stride, padding=padding)


def group_norm(x, parameters, groups):
    return F.group_norm(x, groups, parameters.take(x.shape[1]), parameters.take(x.shape[1]), 1e-5)


def layer_norm(x, parameters):
    width = x.shape[-1]
    return F.layer_norm(x, (width,), parameters.take(width), parameters.take(width), 1e-5)


def attention(x, parameters, heads, padding):
    n, length, width = x.shape
    queries, keys, values = dense(x, parameters, 3 * width).reshape(n, length, 3, heads, width // heads).permute(2, 0, 3, 1, 4)
    scores = queries @ keys.transpose(-1, -2) / (width // heads) ** 0.5
    shares = torch.softmax(scores.masked_fill(padding[:, None, None, :], -torch.inf), -1)
    return dense((shares @ values).transpose(1, 2).reshape(n, length, width), parameters, width)


def perceptron(x, parameters):
    hidden = torch.tanh(dense(x, parameters, 7))
    hidden = F.gelu(dense(hidden, parameters, 6))
    return dense(F.elu(dense(hidden, parameters, 5)), parameters, 3)


def convolutional(x, parameters):
    x = x.permute(0, 3, 1, 2)
    x = torch.tanh(group_norm(conv(x, parameters, 4, 3, 2, 1), parameters, 2))
    inner = conv(torch.tanh(conv(x, parameters, 4, 3, 1, 1)), parameters, 4, 3, 1, 1)
    x = x + inner
    inner = F.gelu(conv(x, parameters, 6, 3, 2, 1))
    x = inner + conv(x, parameters, 6, 1, 2)
    return dense(x.mean((2, 3)), parameters, 3)


def pooled(x, parameters):
    x = F.max_pool2d(F.relu(conv(x.permute(0, 3, 1, 2), parameters, 4, 3)), 2)
    x = F.avg_pool2d(x, 2, 1, 1, count_include_pad=False)
    return dense(x.permute(0, 2, 3, 1).flatten(1), parameters, 3)


def transformer(tokens, parameters):
    tokens = tokens.long()
    padding = tokens < 0
    table, positions = parameters.take(9, 8), parameters.take(6, 8)
    x = torch.where(padding[..., None], torch.zeros(()), table[tokens.clamp(min=0)]) + positions
    x = x + attention(layer_norm(x, parameters), parameters, 2, padding)
    x = x + dense(F.gelu(dense(layer_norm(x, parameters), parameters, 10)), parameters, 8)
    shown = (~padding)[..., None].double()
    return dense((x * shown).sum(1) / shown.sum(1), parameters, 3)


NETWORKS = {
    "perceptron": (perceptron, (5,)),
    "convolutional": (convolutional, (6, 6, 2)),
    "pooled": (pooled, (8, 7, 1)),
    "transformer": (transformer, (6,)),
}
OPTIMISERS = {
    "sgd": lambda theta: torch.optim.SGD([theta], lr=0.05),
    "momentum": lambda theta: torch.optim.SGD([theta], lr=0.02, momentum=0.9, weight_decay=1e-3),
    "adam": lambda theta: torch.optim.Adam([theta], lr=0.01, weight_decay=1e-3),
    "adamw": lambda theta: torch.optim.AdamW([theta], lr=0.01, weight_decay=1e-2),
}
POINTS, BATCH, STEPS, SEED = 12, 4, 100, 3


def inputs_of(name, shape, random):
    if name != "transformer":
        return random.standard_normal((POINTS, *shape)).round(3)
    tokens = random.integers(0, 9, (POINTS, *shape))
    for row, length in zip(tokens, random.integers(1, shape[0] + 1, POINTS)):
        row[length:] = -1
    return tokens


def derivatives(network, x, labels, theta, vector):
    theta = theta.clone().requires_grad_()
    losses = F.cross_entropy(network(x, Parameters(theta)), labels, reduction="none")
    ones = torch.ones_like(losses, requires_grad=True)
    (along,) = torch.autograd.grad(losses, theta, ones, create_graph=True)
    (point_tangents,) = torch.autograd.grad(along, ones, vector, retain_graph=True)
    (gradient,) = torch.autograd.grad(losses.mean(), theta, create_graph=True)
    (product,) = torch.autograd.grad(gradient, theta, vector)
    return {
        "gradient": digits(gradient.tolist(), 13),
        "pointTangents": digits(point_tangents.tolist(), 13),
        "product": digits(product.tolist(), 13),
    }


def train(network, x, labels, theta, batches, make_optimiser):
    theta = theta.clone().requires_grad_()
    optimiser = make_optimiser(theta)
    for batch in batches:
        optimiser.zero_grad()
        F.cross_entropy(network(x[batch], Parameters(theta)), labels[batch]).backward()
        optimiser.step()
    return digits(theta.tolist(), 10)


def count_parameters(network, x):
    parameters = Parameters(torch.zeros(100_000))
    network(x, parameters)
    return parameters.first


def library_batches():
    """The batches of STEPS steps as the library draws them (needs a build: npm run build)."""
    program = """
      const { randomStream } = await import('./dist/src/index.js');
      console.log(JSON.stringify(Array.from({ length: %d }, (_, e) =>
        [...randomStream(%d, 'network', 'batches', e).permutation(%d)])));
    """ % (-(-STEPS * BATCH // POINTS), SEED, POINTS)
    command = ["node", "--input-type=module", "-e", program]
    orders = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)
    flat = numpy.concatenate(orders)[: STEPS * BATCH]
    return flat.reshape(STEPS, BATCH)


def digits(values, count):
    return [float(f"%.{count}g" % value) for value in values]


def main():
    random = numpy.random.default_rng(5)
    batches = library_batches()
    cases = {}
    for name, (network, shape) in NETWORKS.items():
        inputs = inputs_of(name, shape, random)
        labels = random.integers(0, 3, POINTS)
        x, y = torch.tensor(inputs), torch.tensor(labels)
        p = count_parameters(network, x)
        theta = torch.tensor((0.4 * random.standard_normal(p)).round(3))
        vector = torch.tensor(random.standard_normal(p).round(3))
        cases[name] = {
            "inputs": inputs.flatten().tolist(),
            "labels": labels.tolist(),
            "parameters": theta.tolist(),
            "vector": vector.tolist(),
            **derivatives(network, x, y, theta, vector),
            "trained": {
                key: train(network, x, y, theta, batches, make) for key, make in OPTIMISERS.items()
            },
        }
    (ROOT / "test/fixtures/networks.json").write_text(json.dumps({"torch": torch.__version__, "cases": cases}))


main()
