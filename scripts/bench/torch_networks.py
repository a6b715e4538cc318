"""PyTorch with one thread: training steps and Hessian-vector products of the networks of network-problems.ts.

One request per line: `{"version": true}`, or `{"kind", "work", "batch"}` with work `step` (SGD with momentum on new points of
a pool of 640) or `hessian` (by double backward, of `vectors` vectors on one batch), and for kind `small` `models`, trained at once by batched products. The answer
is the CPU milliseconds of one step of all models, or of one of the products.
"""

import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional

torch.set_num_threads(1)
POOL = 640


class ResidualBlock(nn.Module):
    def __init__(self, filters):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(filters, filters, 3, padding=1),
            nn.GroupNorm(4, filters),
            nn.ReLU(),
            nn.Conv2d(filters, filters, 3, padding=1),
            nn.GroupNorm(4, filters),
        )

    def forward(self, x):
        return functional.relu(x + self.layers(x))


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.inputs = nn.Linear(width, 3 * width)
        self.output = nn.Linear(width, width)

    def forward(self, x, hidden):
        batch, length, width = x.shape
        parts = self.inputs(x).view(batch, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        queries, keys, values = parts[0], parts[1], parts[2]
        scores = queries @ keys.transpose(-1, -2) / (width // self.heads) ** 0.5
        shares = scores.masked_fill(hidden[:, None, None, :], float("-inf")).softmax(-1)
        return self.output((shares @ values).transpose(1, 2).reshape(batch, length, width))


class Block(nn.Module):
    def __init__(self, width, heads, hidden):
        super().__init__()
        self.first = nn.LayerNorm(width)
        self.attention = Attention(width, heads)
        self.second = nn.LayerNorm(width)
        self.layers = nn.Sequential(nn.Linear(width, hidden), nn.GELU(), nn.Linear(hidden, width))

    def forward(self, x, hidden):
        x = x + self.attention(self.first(x), hidden)
        return x + self.layers(self.second(x))


class Transformer(nn.Module):
    def __init__(self, vocabulary=28, length=16, width=32, heads=4, hidden=64, outputs=2):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = nn.Parameter(0.02 * torch.randn(length, width))
        self.blocks = nn.ModuleList([Block(width, heads, hidden) for _ in range(2)])
        self.output = nn.Linear(width, outputs)

    def forward(self, tokens):
        hidden = tokens < 0
        x = self.tokens(tokens.clamp(min=0)) + self.positions
        for block in self.blocks:
            x = block(x, hidden)
        shown = (~hidden).to(x.dtype)[:, :, None]
        return self.output((x * shown).sum(1) / shown.sum(1))


class Perceptrons(nn.Module):
    """Many perceptrons at once: `models×batch×inputs` in, `models×batch×outputs` out."""

    def __init__(self, models, widths):
        super().__init__()
        shapes = list(zip(widths[:-1], widths[1:]))
        self.weights = nn.ParameterList([nn.Parameter(torch.randn(models, a, b) / a**0.5) for a, b in shapes])
        self.biases = nn.ParameterList([nn.Parameter(torch.zeros(models, 1, b)) for _, b in shapes])

    def forward(self, x):
        for i, (weights, biases) in enumerate(zip(self.weights, self.biases)):
            x = torch.baddbmm(biases, x if i == 0 else functional.relu(x), weights)
        return x


def residual():
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, stride=2, padding=1),
        nn.ReLU(),
        ResidualBlock(8),
        nn.Conv2d(8, 16, 3, stride=2, padding=1),
        nn.ReLU(),
        ResidualBlock(16),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(16, 10),
    )


def perceptron():
    return nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10))


def problem(kind, models):
    torch.manual_seed(1)
    if kind == "perceptron":
        return perceptron(), torch.randn(POOL, 784), torch.randint(10, (POOL,))
    if kind == "residual":
        return residual(), torch.randn(POOL, 1, 28, 28), torch.randint(10, (POOL,))
    if kind == "transformer":
        tokens = torch.randint(28, (POOL, 16))
        tokens[torch.arange(16)[None] >= torch.randint(3, 17, (POOL, 1))] = -1
        return Transformer(), tokens, torch.randint(2, (POOL,))
    return Perceptrons(models, (64, 32, 10)), torch.randn(POOL, 64), torch.randint(10, (POOL,))


def training_step(network, points, labels, batch, models):
    optimiser = torch.optim.SGD(network.parameters(), lr=1e-3, momentum=0.9)

    def run():
        chosen = torch.randint(POOL, (models, batch) if models else (batch,))
        optimiser.zero_grad(set_to_none=True)
        logits, targets = network(points[chosen]), labels[chosen]
        loss = functional.cross_entropy(logits.reshape(-1, logits.shape[-1]), targets.reshape(-1))
        loss.backward()
        optimiser.step()

    return run


def hessian_products(network, points, labels, batch, count):
    parameters = list(network.parameters())
    vectors = [torch.randn_like(one) for one in parameters]

    def run():
        loss = functional.cross_entropy(network(points[:batch]), labels[:batch])
        gradient = torch.autograd.grad(loss, parameters, create_graph=True)
        for k in range(count):
            torch.autograd.grad(gradient, parameters, vectors, retain_graph=k + 1 < count)

    return run


def milliseconds_of(run, seconds=0.4):
    start = time.process_time()
    while time.process_time() - start < seconds / 2:
        run()
    start = time.process_time()
    calls = 0
    while time.process_time() - start < seconds:
        for _ in range(5):
            run()
        calls += 5
    return 1000 * (time.process_time() - start) / calls


works = {}
for line in sys.stdin:
    request = json.loads(line)
    if "version" in request:
        answer = {"version": torch.__version__}
    else:
        models = request.get("models", 0)
        vectors = request.get("vectors", 1)
        key = request["kind"], request["work"], vectors
        if key not in works:
            network, points, labels = problem(request["kind"], models)
            if request["work"] == "step":
                works[key] = training_step(network, points, labels, request["batch"], models)
            else:
                works[key] = hessian_products(network, points, labels, request["batch"], vectors)
        answer = {"milliseconds": milliseconds_of(works[key]) / vectors}
    print(json.dumps(answer), flush=True)
