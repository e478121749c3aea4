/** Sets an entry and keeps the newest `most` of them: a small cache without a clock. */
export function keepNewest<K, V>(map: Map<K, V>, key: K, value: V, most: number): void {
  map.set(key, value);
  if (map.size <= most) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    break;
  }
}
