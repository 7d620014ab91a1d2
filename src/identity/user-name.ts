/** Users have no other names; clients send whatever they like, and not all of it is text for a database. */
export const USER_NAME = /^[^\s\p{C}]{1,256}$/u;
