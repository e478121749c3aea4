"""The heads: one hidden layer over a segment's features, and what is read off it; and the projection for links. Trained with numpy, exported to ONNX."""
from dataclasses import dataclass

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

KINDS = ["decision", "pattern", "bug_fix", "preference", "failed_attempt", "architecture", "command", "todo"]
OUTCOMES = ["worked", "failed", "abandoned", "none"]


@dataclass
class Settings:
    """Chosen on folds 1 to 4, each held out in turn; fold 0 was looked at only at the end."""

    hidden: int
    epochs: int
    batch: int
    rate: float
    decay: float
    dropout_vectors: float
    dropout_hidden: float
    evidence_share: float = 0.0
    kind_share: float = 0.0
    outcome_share: float = 0.0
    # Of the segments that are no evidence, this share is seen in an epoch, and counts for the rest.
    negative_share: float = 0.5
    evidence_weight: float = 2.0


# Two networks: whether a segment is evidence is learnt from all, what it is evidence of from the evidence alone.
EVIDENCE = Settings(hidden=192, epochs=5, batch=512, rate=1e-3, decay=1.0, dropout_vectors=0.4, dropout_hidden=0.5, evidence_share=1.0)
TOLD = Settings(hidden=128, epochs=25, batch=128, rate=2e-3, decay=4.0, dropout_vectors=0.4, dropout_hidden=0.5, kind_share=1.0, outcome_share=1.0)


class Adam:
    def __init__(self, parameters: dict[str, np.ndarray], decay: float, decayed: set[str]):
        self.parameters, self.decay, self.decayed, self.step = parameters, decay, decayed, 0
        self.first = {k: np.zeros_like(v) for k, v in parameters.items()}
        self.second = {k: np.zeros_like(v) for k, v in parameters.items()}

    def update(self, gradients: dict[str, np.ndarray], rate: float) -> None:
        self.step += 1
        for name, gradient in gradients.items():
            first, second = self.first[name], self.second[name]
            first += 0.1 * (gradient - first)
            second += 0.001 * (gradient * gradient - second)
            step = (first / (1 - 0.9**self.step)) / (np.sqrt(second / (1 - 0.999**self.step)) + 1e-8)
            if name in self.decayed:
                step += self.decay * self.parameters[name]
            self.parameters[name] -= rate * step


def softmax(logits: np.ndarray) -> np.ndarray:
    exps = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exps / exps.sum(axis=1, keepdims=True)


def train(vectors: np.ndarray, scalars: np.ndarray, kind: np.ndarray, outcome: np.ndarray, settings: Settings, seed: int) -> dict[str, np.ndarray]:
    """kind: index or -1 where a segment is evidence of nothing; outcome likewise. Outputs that the settings give no share stay 0."""
    rng = np.random.default_rng(seed)
    mean, std = scalars.mean(axis=0), scalars.std(axis=0) + 1e-3
    # Embeddings have length 1: their parts are brought to the size of the scalars.
    scale = np.float32(np.sqrt(vectors.shape[1] / 4))
    inputs = vectors.shape[1] + scalars.shape[1]
    glorot = lambda a, b: rng.normal(0, np.sqrt(2 / (a + b)), (a, b)).astype(np.float32)
    classes = 1 + len(KINDS) + len(OUTCOMES)
    p = {
        "w1": glorot(inputs, settings.hidden) * 0.5,
        "b1": np.zeros(settings.hidden, np.float32),
        "w2": glorot(settings.hidden, classes),
        "b2": np.zeros(classes, np.float32),
    }
    adam = Adam(p, settings.decay, {"w1", "w2"})
    evidence, others = np.flatnonzero(kind >= 0), np.flatnonzero(kind < 0)
    seen = int(len(others) * settings.negative_share) if settings.evidence_share else 0
    n = len(evidence) + seen
    steps = settings.epochs * (n // settings.batch)
    step = 0
    kinds_at, outcomes_at = slice(1, 1 + len(KINDS)), slice(1 + len(KINDS), classes)
    for _ in range(settings.epochs):
        order = rng.permutation(np.concatenate([evidence, rng.choice(others, seen, replace=False)]))
        for start in range(0, n - settings.batch + 1, settings.batch):
            rows = order[start : start + settings.batch]
            x = np.concatenate([vectors[rows] * scale, (scalars[rows] - mean) / std], axis=1)
            x *= (rng.random(x.shape, dtype=np.float32) >= settings.dropout_vectors) / np.float32(1 - settings.dropout_vectors)
            z = x @ p["w1"] + p["b1"]
            kept = (rng.random(z.shape, dtype=np.float32) >= settings.dropout_hidden) / np.float32(1 - settings.dropout_hidden)
            h = np.maximum(z, 0) * kept
            out = h @ p["w2"] + p["b2"]
            is_evidence = kind[rows] >= 0
            weight = np.where(is_evidence, settings.evidence_weight, 1 / settings.negative_share).astype(np.float32)
            gradient = np.zeros_like(out)
            gradient[:, 0] = settings.evidence_share * weight * (1 / (1 + np.exp(-out[:, 0])) - is_evidence)
            at = np.flatnonzero(is_evidence)
            for where, target, share in ((kinds_at, kind, settings.kind_share), (outcomes_at, outcome, settings.outcome_share)):
                error = softmax(out[at, where])
                error[np.arange(len(at)), target[rows][at]] -= 1
                gradient[at, where] = share * error
            gradient /= len(rows)
            back = (gradient @ p["w2"].T) * kept * (z > 0)
            step += 1
            rate = settings.rate * min(1, step / 100) * (0.5 + 0.5 * np.cos(np.pi * step / steps))
            adam.update({"w2": h.T @ gradient, "b2": gradient.sum(axis=0), "w1": x.T @ back, "b1": back.sum(axis=0)}, rate)
    shares = [settings.evidence_share, *[settings.kind_share] * len(KINDS), *[settings.outcome_share] * len(OUTCOMES)]
    for column in np.flatnonzero(np.array(shares) == 0):
        p["w2"][:, column] = p["b2"][column] = 0
    # Scaling of the inputs goes into the weights.
    split = vectors.shape[1]
    w_scalars = p["w1"][split:] / std[:, None]
    p["b1"] = (p["b1"] - mean @ w_scalars).astype(np.float32)
    p["w1"] = np.concatenate([p["w1"][:split] * scale, w_scalars]).astype(np.float32)
    return p


def logits(p: dict[str, np.ndarray], vectors: np.ndarray, scalars: np.ndarray) -> np.ndarray:
    split = vectors.shape[1]
    return np.maximum(vectors @ p["w1"][:split] + scalars @ p["w1"][split:] + p["b1"], 0) @ p["w2"] + p["b2"]


def ensemble(members: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """One wider network whose logits are the mean of its members'."""
    return {
        "w1": np.concatenate([m["w1"] for m in members], axis=1),
        "b1": np.concatenate([m["b1"] for m in members]),
        "w2": np.concatenate([m["w2"] for m in members]) / np.float32(len(members)),
        "b2": np.mean([m["b2"] for m in members], axis=0),
    }


def side_by_side(*parts: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """One wider network whose logits are the sum of its parts', each of which has outputs of its own."""
    return {
        "w1": np.concatenate([p["w1"] for p in parts], axis=1),
        "b1": np.concatenate([p["b1"] for p in parts]),
        "w2": np.concatenate([p["w2"] for p in parts]),
        "b2": np.sum([p["b2"] for p in parts], axis=0),
    }


def train_link(own: np.ndarray, session: np.ndarray, facts: list[list[int]], position: np.ndarray, size: int, seed: int, epochs: int = 12, rate: float = 2e-3, decay: float = 0.01) -> np.ndarray:
    """
    A projection [d, size] under which segments of one fact lie close. Pairs are of one session: those that share a fact against those that do not.
    Begins at the main directions of the evidence, where inner products are about the encoder's own.
    """
    rng = np.random.default_rng(seed)
    _, _, axes = np.linalg.svd(own - own.mean(axis=0), full_matrices=False)
    p = {"w": axes[:size].T.astype(np.float32).copy(), "scale": np.float32([6.0]), "bias": np.float32([-3.0])}
    adam = Adam(p, decay, set())
    start = p["w"].copy()
    groups = [np.flatnonzero(session == s) for s in np.unique(session)]
    pairs = []
    for rows in groups:
        for a in range(len(rows)):
            for b in range(a + 1, len(rows)):
                i, j = rows[a], rows[b]
                same = bool(set(facts[i]) & set(facts[j]))
                pairs.append((i, j, same, abs(int(position[i]) - int(position[j]))))
    table = np.array(pairs)
    positive, negative = table[table[:, 2] == 1], table[table[:, 2] == 0]
    for _ in range(epochs):
        # As many of each; of those that do not belong together, mostly near ones, as they come up in use.
        chance = 1 / (5 + negative[:, 3])
        drawn = negative[rng.choice(len(negative), size=min(len(negative), 2 * len(positive)), replace=False, p=chance / chance.sum())]
        batch_table = np.concatenate([positive, drawn])
        order = rng.permutation(len(batch_table))
        for begin in range(0, len(order), 512):
            chosen = batch_table[order[begin : begin + 512]]
            a, b, same = own[chosen[:, 0]], own[chosen[:, 1]], chosen[:, 2]
            ya, yb = a @ p["w"], b @ p["w"]
            na, nb = np.linalg.norm(ya, axis=1, keepdims=True) + 1e-6, np.linalg.norm(yb, axis=1, keepdims=True) + 1e-6
            ua, ub = ya / na, yb / nb
            near = (ua * ub).sum(axis=1, keepdims=True)
            error = (1 / (1 + np.exp(-(p["scale"] * near + p["bias"])))) - same[:, None]
            error = (error / len(chosen)).astype(np.float32)
            back = error * p["scale"]
            ga, gb = back * (ub - near * ua) / na, back * (ua - near * ub) / nb
            gradients = {"w": a.T @ ga + b.T @ gb + decay * (p["w"] - start) / len(own), "scale": (error * near).sum(axis=0), "bias": error.sum(axis=0)}
            adam.update(gradients, rate)
    return p["w"]


def export(path: str, p: dict[str, np.ndarray], link: np.ndarray, calibration: tuple[float, float]) -> None:
    """`features` [n, width] in; `kinds`, `weight`, `outcomes`, `link` out. weight = sigmoid(a · logit + b)."""
    a, b = calibration
    constants = {
        "w1": p["w1"], "b1": p["b1"], "w2": p["w2"], "b2": p["b2"], "w_link": link,
        "calibration_a": np.float32([a]), "calibration_b": np.float32([b]),
        "cuts": np.array([1, len(KINDS), len(OUTCOMES)], np.int64),
        "own_from": np.array([0], np.int64), "own_to": np.array([link.shape[0]], np.int64), "axis": np.array([1], np.int64),
    }
    nodes = [
        helper.make_node("Gemm", ["features", "w1", "b1"], ["z"]),
        helper.make_node("Relu", ["z"], ["h"]),
        helper.make_node("Gemm", ["h", "w2", "b2"], ["out"]),
        helper.make_node("Split", ["out", "cuts"], ["evidence", "kind_logits", "outcome_logits"], axis=1),
        helper.make_node("Mul", ["evidence", "calibration_a"], ["scaled"]),
        helper.make_node("Add", ["scaled", "calibration_b"], ["shifted"]),
        helper.make_node("Sigmoid", ["shifted"], ["weight"]),
        helper.make_node("Softmax", ["kind_logits"], ["kinds"], axis=1),
        helper.make_node("Softmax", ["outcome_logits"], ["outcomes"], axis=1),
        helper.make_node("Slice", ["features", "own_from", "own_to", "axis"], ["own"]),
        helper.make_node("MatMul", ["own", "w_link"], ["projected"]),
        helper.make_node("LpNormalization", ["projected"], ["link"], axis=1, p=2),
    ]
    value = lambda name, width: helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", width])
    graph = helper.make_graph(
        nodes, "heads", [value("features", p["w1"].shape[0])],
        [value("kinds", len(KINDS)), value("weight", 1), value("outcomes", len(OUTCOMES)), value("link", link.shape[1])],
        [numpy_helper.from_array(np.ascontiguousarray(v, dtype=v.dtype), k) for k, v in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, path)
