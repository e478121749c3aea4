/** Sum of an order in integer cents. */
export function totalCents(lines) {
  return lines.reduce((sum, line) => sum + Math.round(line.priceCents * line.quantity), 0);
}
