// Small pictures: a canvas with one pixel for each entry, which its style makes large.

/** Fill a canvas; colour(k) is that of the k-th entry in the order of the rows, [red, green, blue]. */
function paint(canvas, rows, columns, colour) {
  Object.assign(canvas, { width: columns, height: rows });
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(columns, rows);
  for (let k = 0; k < rows * columns; k++) image.data.set([...colour(k), 255], 4 * k);
  pen.putImageData(image, 0, 0);
}

/** The largest size of a finite number. */
function largest(data, most = 0) {
  return data.reduce((size, x) => (Number.isFinite(x) ? Math.max(size, Math.abs(x)) : size), most);
}
