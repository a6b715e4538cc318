/** A title as part of a claim's stable name: `iris 0/1` becomes `iris-0-1`. */
export const slug = (title: string): string => title.replace(/\W+/g, '-');
