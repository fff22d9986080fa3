/** A library cannot do what a case asks, such as compressing. The case is reported without a figure for it. */
export class Unavailable extends Error {}
