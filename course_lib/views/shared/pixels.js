// Small pictures: a canvas with one pixel for each entry, which its style makes large.

/** Fill a canvas; colour(k) is that of the k-th entry in the order of the rows, as a canvas keeps it in its memory. */
function paint(canvas, rows, columns, colour) {
  if (canvas.width !== columns || canvas.height !== rows) Object.assign(canvas, { width: columns, height: rows });
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(columns, rows);
  const memory = new Uint32Array(image.data.buffer);
  for (let k = 0; k < rows * columns; k++) memory[k] = colour(k);
  pen.putImageData(image, 0, 0);
}

const pixel = ([red, green, blue]) => ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;

/** The colour of a share of the largest size, from -1 to 1, as `paint` takes it; a limit above 1 makes all of them paler. */
function shades(colours, limit = 1) {
  const [none, table] = [pixel(colours.faint), []];
  for (let k = -127; k <= 127; k++) table.push(pixel(signed(k / 127, limit, colours)));
  return (share) => table[Math.round(127 * share) + 127] ?? none;
}

/** The largest size of a finite number. */
function largest(data, most = 0) {
  return data.reduce((size, x) => (Number.isFinite(x) ? Math.max(size, Math.abs(x)) : size), most);
}
