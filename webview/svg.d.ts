/** A codicon's outlines in a square of `size`; scripts/build.mjs makes them of the file. */
declare module '*.svg' {
  const drawing: { readonly size: number; readonly outlines: readonly string[] };
  export default drawing;
}
