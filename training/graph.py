"""
The trained network → one ONNX file: the base's lower layers, then one of two branches, int8. `is_reading` says which: the base's upper layers give the
`embedding` of a text; ours give what is said of the segments of a window. Only the branch that is asked for runs; what the other would give is zeros.
"""
import os
import tempfile

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

import base
from network import KINDS, LINK, OUTCOMES, WIDTH, Reader

LAST = "last_hidden_state"
MASK = "/Mul_output_0"  # what the base adds to attention scores
# Names of the base for those of `network.Layer`.
THEIRS = {
    "query": "attention.self.query", "key": "attention.self.key", "value": "attention.self.value", "out": "attention.output.dense",
    "inner": "intermediate.dense", "outer": "output.dense", "norm_attention": "attention.output.LayerNorm", "norm": "output.LayerNorm",
}  # fmt: skip


def split_at(layers: int) -> str:
    """The tensor that the first `layers` layers of the base give."""
    return f"/encoder/layer.{layers - 1}/output/LayerNorm/Add_1_output_0"


def weights_of(graph: onnx.GraphProto, layer: int) -> dict[str, np.ndarray]:
    """Weights of one layer of the base by the names that `network.Layer` has for them."""
    values = {i.name: i for i in graph.initializer}
    inputs = {node.name: node.input for node in graph.node}
    out = {}
    for ours, theirs in THEIRS.items():
        prefix = f"encoder.layer.{layer}.{theirs}"
        if ours.startswith("norm"):
            out[f"{ours}.weight"] = numpy_helper.to_array(values[f"{prefix}.weight"])
        else:
            matrix = inputs[f"/encoder/layer.{layer}/{theirs.replace('.', '/')}/MatMul"][1]
            out[f"{ours}.weight"] = numpy_helper.to_array(values[matrix]).T
        out[f"{ours}.bias"] = numpy_helper.to_array(values[f"{prefix}.bias"])
    return out


def begin_from_base(model: Reader, fp32: str, first: int) -> None:
    """The layers that are trained begin as the base's from `first` on."""
    graph = onnx.load(fp32).graph
    for i, layer in enumerate(model.layers):
        layer.load_state_dict({k: torch.from_numpy(v.copy()) for k, v in weights_of(graph, first + i).items()})


def write(model: Reader, fp32: str, int8: str, first: int, calibration: tuple[float, float], out: str, is_int8: bool = True) -> None:
    """`calibration`: the weight is sigmoid(a · logit + b). Every other output that is a probability is one by itself."""
    whole = onnx.load(int8 if is_int8 else fp32)
    at = split_at(first)
    lower, upper = divide(whole.graph, at)
    embedding = branch([*upper, *embedding_nodes()], initializers(whole.graph, upper), ["embedding"])
    layers = trained_layers(model, fp32, first, is_int8)
    reading_nodes, reading_values = heads(model, "read/out", calibration)
    reading = branch([*layers.node, *reading_nodes], [*layers.initializer, *reading_values], READ)

    constants = [
        helper.make_node("Shape", ["input_ids"], ["ids/shape"]),
        helper.make_node("ConstantOfShape", ["ids/shape"], ["attention_mask"], value=helper.make_tensor("one", TensorProto.INT64, [1], [1])),
        helper.make_node("ConstantOfShape", ["ids/shape"], ["token_type_ids"], value=helper.make_tensor("zero", TensorProto.INT64, [1], [0])),
    ]
    choices = [
        helper.make_node("If", ["is_reading"], ["embedding"], then_branch=nothing(["embedding"]), else_branch=embedding),
        helper.make_node("If", ["is_reading"], READ, then_branch=reading, else_branch=nothing(READ)),
    ]
    cue_count = model.cues.in_features
    graph = helper.make_graph(
        [*constants, *lower, *choices],
        "cairn",
        [
            helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, "tokens"]),
            helper.make_tensor_value_info("is_reading", TensorProto.BOOL, []),
            helper.make_tensor_value_info("markers", TensorProto.INT64, ["segments"]),
            helper.make_tensor_value_info("words", TensorProto.INT64, ["words"]),
            helper.make_tensor_value_info("pool", TensorProto.FLOAT, ["segments", "tokens"]),
            helper.make_tensor_value_info("cues", TensorProto.FLOAT, ["segments", cue_count]),
        ],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ["embedding", *READ]],
        initializers(whole.graph, lower),
    )
    made = helper.make_model(graph, opset_imports=whole.opset_import, ir_version=8)
    onnx.save(made, out)


READ = ["weight", "noise", "kinds", "outcomes", "link", "keep"]


def divide(graph: onnx.GraphProto, at: str) -> tuple[list, list]:
    """The nodes that `at` needs, and the rest, both in order."""
    maker = {name: node for node in graph.node for name in node.output}
    needed, waiting = set(), [at, MASK]
    while waiting:
        node = maker.get(waiting.pop())
        if node is not None and node.output[0] not in needed:
            needed.add(node.output[0])
            waiting.extend(node.input)
    return [n for n in graph.node if n.output[0] in needed], [n for n in graph.node if n.output[0] not in needed]


def initializers(graph: onnx.GraphProto, nodes: list) -> list:
    used = {name for node in nodes for name in node.input}
    return [value for value in graph.initializer if value.name in used]


def branch(nodes: list, values: list, outputs: list[str]) -> onnx.GraphProto:
    return helper.make_graph(nodes, outputs[0] + "/branch", [], [helper.make_tensor_value_info(name + "/made", TensorProto.FLOAT, None) for name in outputs], values)


def nothing(outputs: list[str]) -> onnx.GraphProto:
    nodes = [helper.make_node("Constant", [], [name + "/none"], value=helper.make_tensor(name, TensorProto.FLOAT, [1, 1], [0.0])) for name in outputs]
    return helper.make_graph(nodes, outputs[0] + "/nothing", [], [helper.make_tensor_value_info(name + "/none", TensorProto.FLOAT, None) for name in outputs])


def embedding_nodes() -> list:
    """The first token's output, of length 1."""
    return [
        helper.make_node("Constant", [], ["embed/first"], value=helper.make_tensor("first", TensorProto.INT64, [], [0])),
        helper.make_node("Gather", [LAST, "embed/first"], ["embed/cls"], axis=1),
        helper.make_node("LpNormalization", ["embed/cls"], ["embedding/made"], axis=-1, p=2),
    ]


def with_layers(fp32: str, layers, first: int) -> onnx.ModelProto:
    """The base with our weights in its layers from `first` on."""
    whole = onnx.load(fp32)
    values = {i.name: i for i in whole.graph.initializer}
    inputs = {node.name: node.input for node in whole.graph.node}
    for i, layer in enumerate(layers):
        for name, weight in layer.state_dict().items():
            ours, part = name.rsplit(".", 1)
            theirs = THEIRS[ours]
            array = weight.detach().numpy()
            if part == "weight" and not ours.startswith("norm"):
                target, array = inputs[f"/encoder/layer.{first + i}/{theirs.replace('.', '/')}/MatMul"][1], array.T
            else:
                target = f"encoder.layer.{first + i}.{theirs}.{part}"
            values[target].CopyFrom(numpy_helper.from_array(np.ascontiguousarray(array), target))
    return whole


def quantised(whole: onnx.ModelProto, is_int8: bool = True) -> onnx.GraphProto:
    if not is_int8:
        return whole.graph
    with tempfile.TemporaryDirectory() as folder:
        path, int8 = os.path.join(folder, "layers.onnx"), os.path.join(folder, "layers-int8.onnx")
        onnx.save(whole, path)
        base.quantise(path, int8)
        return onnx.load(int8).graph


def replace_embedding(encoder: str, layers, fp32: str, first: int) -> None:
    """Puts the layers into the branch of a finished file that embeds, in place; what reads stays as it is."""
    made = onnx.load(encoder)
    graph = quantised(with_layers(fp32, layers, first))
    _, upper = divide(graph, split_at(first))
    choice = next(node for node in made.graph.node if node.op_type == "If" and list(node.output) == ["embedding"])
    (taken,) = [attribute for attribute in choice.attribute if attribute.name == "else_branch"]
    taken.g.CopyFrom(branch([*upper, *embedding_nodes()], initializers(graph, upper), ["embedding"]))
    onnx.save(made, encoder)


def trained_layers(model: Reader, fp32: str, first: int, is_int8: bool) -> onnx.GraphProto:
    """The base's own nodes of as many layers, with our weights, their names put under `read/`; the last gives `read/out`."""
    graph = quantised(with_layers(fp32, model.layers, first), is_int8)
    end = split_at(first + len(model.layers))
    begin = split_at(first)
    _, after = divide(graph, begin)
    needed, waiting, maker = set(), [end], {name: node for node in after for name in node.output}
    while waiting:
        node = maker.get(waiting.pop())
        if node is not None and node.output[0] not in needed:
            needed.add(node.output[0])
            waiting.extend(node.input)
    nodes = [n for n in after if n.output[0] in needed]
    kept = initializers(graph, nodes)
    own = {name for node in nodes for name in node.output} | {value.name for value in kept}
    renamed = lambda name: "read/out" if name == end else "read/" + name if name in own else name
    out = onnx.GraphProto()
    for node in nodes:
        copy = out.node.add()
        copy.CopyFrom(node)
        copy.name = "read/" + node.name
        copy.input[:] = [renamed(name) for name in node.input]
        copy.output[:] = [renamed(name) for name in node.output]
    for value in kept:
        copy = out.initializer.add()
        copy.CopyFrom(value)
        copy.name = renamed(value.name)
    return out


def heads(model: Reader, hidden: str, calibration: tuple[float, float]) -> tuple[list, list]:
    nodes, values = [], []

    def value(name: str, array) -> str:
        values.append(numpy_helper.from_array(np.ascontiguousarray(np.asarray(array, np.float32)), "heads/" + name))
        return "heads/" + name

    def node(op: str, inputs: list[str], output: str, **attributes) -> str:
        nodes.append(helper.make_node(op, inputs, [output], **attributes))
        return output

    def linear(name: str, x: str) -> str:
        weights = getattr(model, name)
        return node("Gemm", [x, value(name + ".weight", weights.weight.detach().numpy().T), value(name + ".bias", weights.bias.detach())], f"heads/{name}.out")

    shape = numpy_helper.from_array(np.array([-1, WIDTH], np.int64), "heads/flat")
    values.append(shape)
    x = node("Reshape", [hidden, "heads/flat"], "heads/x")
    seen = node("Concat", [node("Gather", [x, "markers"], "heads/marked", axis=0), node("MatMul", ["pool", x], "heads/mean")], "heads/seen", axis=1)
    mixed = linear("mix", node("Concat", [seen, linear("cues", "cues")], "heads/all", axis=1))
    # GELU: x · ½ (1 + erf(x / √2))
    erf = node("Erf", [node("Div", [mixed, value("root2", np.sqrt(2.0))], "heads/scaled")], "heads/erf")
    half = node("Mul", [mixed, value("half", 0.5)], "heads/halved")
    mixed = node("Mul", [half, node("Add", [erf, value("one", 1.0)], "heads/erf1")], "heads/mixed")
    a, b = calibration
    calibrated = node("Add", [node("Mul", [linear("weight", mixed), value("a", a)], "heads/a.out"), value("b", b)], "heads/b.out")
    node("Sigmoid", [calibrated], "weight/made")
    node("Sigmoid", [linear("noise", mixed)], "noise/made")
    node("Softmax", [linear("kinds", mixed)], "kinds/made", axis=1)
    node("Softmax", [linear("outcomes", mixed)], "outcomes/made", axis=1)
    node("LpNormalization", [linear("link", seen)], "link/made", axis=1, p=2)
    node("Sigmoid", [linear("keep", node("Gather", [x, "words"], "heads/words", axis=0))], "keep/made")
    return nodes, values
