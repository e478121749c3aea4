/** The earlier map where the later one says the same, so that its readers see by the object that nothing is new. */
export function earlierIfSame<K, V>(earlier: ReadonlyMap<K, V> | undefined, later: ReadonlyMap<K, V>): ReadonlyMap<K, V> {
  const isSame = earlier?.size === later.size && [...later].every(([key, value]) => earlier.get(key) === value);
  return isSame ? earlier : later;
}
