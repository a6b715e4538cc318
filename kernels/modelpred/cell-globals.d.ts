// What cells find beside Node's own globals.

/** Asks the person at the notebook for a line of text and waits for it. Throws where the front end takes no input. */
declare function prompt(message?: string): string;
