export declare const SERVICE_FLAGS: readonly string[];
export declare const SERVICE_ENV: Readonly<Record<string, string>>;
