/** `West Europe`, `west europe` and `westeurope` are one location; this is the form that is stored and answered. */
export function normalLocation(location: string): string {
  return location.replaceAll(' ', '').toLowerCase();
}
