// Where a model file runs: onnxruntime's native build, or its WebAssembly one where there is no native build for this machine.
// Both run in this process and hold its thread while they do: give them small inputs.
import { readFile } from 'node:fs/promises';
import type * as NativeOnnx from 'onnxruntime-node';
import type * as WasmOnnx from 'onnxruntime-web';

/** Bytes are truth values. */
export interface Tensor<T extends Float32Array | BigInt64Array | Uint8Array = Float32Array | BigInt64Array | Uint8Array> {
  readonly data: T;
  readonly dims: readonly number[];
}

/** A loaded model. The caller ends it. */
export interface ModelSession {
  /** Waits for a turn of the event loop, then runs to the end. All outputs are float. */
  run(inputs: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor<Float32Array>>>;
  dispose(): Promise<void>;
}

export interface Runtime {
  readonly name: 'native' | 'wasm';
  /** Throws where the file is missing or no model. */
  open(path: string): Promise<ModelSession>;
}

type Onnx = typeof NativeOnnx | typeof WasmOnnx;

/** @throws where there is no native build for this machine. */
export async function nativeRuntime(threads: number): Promise<Runtime> {
  // Since 1.29 the native build reports to its maker and writes into the user's cache folder. It reads this variable when it is loaded.
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
  const onnx = await import('onnxruntime-node');
  const options = { intraOpNumThreads: threads, interOpNumThreads: 1, executionMode: 'sequential', logSeverityLevel: 3 } as const;
  return { name: 'native', open: async (path) => sessionOf(onnx, await onnx.InferenceSession.create(path, options)) };
}

export async function wasmRuntime(): Promise<Runtime> {
  const onnx = await import('onnxruntime-web');
  // More than one thread would start workers, which do not end by themselves.
  onnx.env.wasm.numThreads = 1;
  onnx.env.logLevel = 'error';
  return {
    name: 'wasm',
    open: async (path) =>
      sessionOf(onnx, await onnx.InferenceSession.create(await readFile(path), { executionProviders: ['wasm'], logSeverityLevel: 3 })),
  };
}

function sessionOf(onnx: Onnx, session: NativeOnnx.InferenceSession): ModelSession {
  return {
    async run(inputs) {
      const feeds = Object.entries(inputs).map(([name, { data, dims }]) => [
        name,
        data instanceof Float32Array
          ? new onnx.Tensor('float32', data, dims)
          : data instanceof Uint8Array
            ? new onnx.Tensor('bool', data, dims)
            : new onnx.Tensor('int64', data, dims),
      ]);
      await new Promise((resolve) => setImmediate(resolve));
      const outputs = Object.entries(await session.run(Object.fromEntries(feeds)));
      return Object.fromEntries(
        outputs.map(([name, { data, dims }]) => {
          if (!(data instanceof Float32Array)) throw new TypeError(`output ${name} is not float`);
          return [name, { data, dims }];
        }),
      );
    },
    dispose: () => session.release(),
  };
}
