/** A number as E.164 writes it: `+`, the country code, 15 digits at most; of 7 at least here. */
export const E164 = /^\+[1-9]\d{6,14}$/;
