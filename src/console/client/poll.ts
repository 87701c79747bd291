/** Looks again and again, each time some while after the look before has ended: a slow answer never comes after a newer one. */
export function poll(look: () => Promise<void>, everyMs: number): () => void {
  let over = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const turn = async () => {
    try {
      await look();
    } finally {
      if (!over) timer = setTimeout(() => void turn(), everyMs);
    }
  };
  void turn();
  return () => {
    over = true;
    clearTimeout(timer);
  };
}
