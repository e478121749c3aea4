/** A codicon's outlines in a square of 16; scripts/build.mjs makes them of the file. */
declare module '*.svg' {
  const outlines: readonly string[];
  export default outlines;
}
