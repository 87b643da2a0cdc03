/** `YYYY-MM-DD HH:MM:SS` in local time; empty for 0. */
export function timeText(timeMs: number): string {
  if (timeMs <= 0) return '';
  const date = new Date(timeMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
