// Which texts share how many of their words: all pairs above a share are found, without comparing each with each. Terms are kept as numbers, 4 bytes each.

/** After so many removals, and as many as are left, all is laid out anew. */
const MOST_DEAD = 1_000;
const SEVERAL = 3;
const NO_TERM = -1;

export class SharedWords<Id> {
  readonly #numbers = new Map<string, number>();
  /** By term, the places of the texts that have it. */
  #having: number[][] = [];
  /** By place; undefined where the text was removed. */
  #terms: (Uint32Array | undefined)[] = [];
  #idAt: Id[] = [];
  #placeOf = new Map<Id, number>();
  /** Scratch, all 0 between two questions: how many of the asked terms the text at a place has. */
  #times = new Uint8Array(1_024);

  put(id: Id, distinctTerms: readonly string[]): void {
    this.remove(id);
    const terms = Uint32Array.from(distinctTerms, (term) => this.#numberOf(term)).sort();
    this.#add(id, terms);
  }

  remove(id: Id): void {
    const place = this.#placeOf.get(id);
    if (place === undefined) return;
    this.#placeOf.delete(id);
    this.#terms[place] = undefined;
    if (this.#idAt.length - this.#placeOf.size > Math.max(MOST_DEAD, this.#placeOf.size)) this.#layOutAnew();
  }

  /** The share of both texts' terms that both have (Jaccard), 0 to 1; 0 for one that is not here. */
  share(a: Id, b: Id): number {
    const [one, other] = [this.#termsOf(a), this.#termsOf(b)];
    return one && other ? shareOf(one, other) : 0;
  }

  /** The others that have at least this share of terms in common with it, 0 to 1, and all of `needed`; in no order. */
  sharing(id: Id, least: number, needed: readonly string[] = []): { readonly id: Id; readonly share: number }[] {
    const terms = this.#termsOf(id);
    if (!terms || terms.length === 0) return [];
    // Whoever has so many of its terms has some of any few: of the rarest, then. Asking for several of them leaves fewer to be compared whole.
    const common = Math.ceil(least * terms.length);
    const several = Math.min(SEVERAL, common);
    const rarestFirst = terms.toSorted((a, b) => (this.#having[a]?.length ?? 0) - (this.#having[b]?.length ?? 0));
    if (this.#times.length < this.#idAt.length) this.#times = new Uint8Array(2 * this.#idAt.length);
    const times = this.#times;
    const seen: number[] = [];
    for (const term of rarestFirst.subarray(0, terms.length - common + several)) {
      for (const place of this.#having[term] ?? []) {
        const before = times[place] as number;
        if (before === 0) seen.push(place);
        if (before < several) times[place] = before + 1;
      }
    }
    const numbers = needed.map((term) => this.#numbers.get(term) ?? NO_TERM);
    const found: { id: Id; share: number }[] = [];
    for (const place of seen) {
      const other = times[place] === several ? this.#terms[place] : undefined;
      times[place] = 0;
      const share = other && numbers.every((number) => other.includes(number)) ? shareOf(terms, other) : 0;
      const otherId = this.#idAt[place] as Id;
      if (share >= least && otherId !== id) found.push({ id: otherId, share });
    }
    return found;
  }

  #termsOf(id: Id): Uint32Array | undefined {
    const place = this.#placeOf.get(id);
    return place === undefined ? undefined : this.#terms[place];
  }

  #numberOf(term: string): number {
    let number = this.#numbers.get(term);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(term, number);
    }
    return number;
  }

  #add(id: Id, terms: Uint32Array): void {
    const place = this.#idAt.length;
    this.#idAt.push(id);
    this.#terms.push(terms);
    this.#placeOf.set(id, place);
    for (const term of terms) (this.#having[term] ??= []).push(place);
  }

  #layOutAnew(): void {
    const kept = [...this.#placeOf].map(([id, place]) => [id, this.#terms[place]] as const);
    this.#having = [];
    this.#terms = [];
    this.#idAt = [];
    this.#placeOf = new Map();
    for (const [id, terms] of kept) if (terms) this.#add(id, terms);
  }
}

/** Both in rising order. */
function shareOf(a: Uint32Array, b: Uint32Array): number {
  let [i, j, common] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const difference = (a[i] as number) - (b[j] as number);
    if (difference === 0) common++;
    if (difference <= 0) i++;
    if (difference >= 0) j++;
  }
  return a.length + b.length === 0 ? 0 : common / (a.length + b.length - common);
}
