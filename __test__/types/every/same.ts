type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles if both types are the same, `any` being the same as nothing else. */
export declare function same<A, B>(...proof: Same<A, B> extends true ? [] : ['different']): void;
