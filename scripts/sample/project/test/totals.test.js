import assert from 'node:assert/strict';
import test from 'node:test';
import { totalCents } from '../src/orders/totals.js';

test('ten cents and twenty cents are thirty', () => {
  assert.equal(
    totalCents([
      { priceCents: 10, quantity: 1 },
      { priceCents: 20, quantity: 1 },
    ]),
    30,
  );
});
