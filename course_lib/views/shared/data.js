// What a view gets and keeps. A matrix comes as {name, symbols, shape, data}: data holds float64 in the order of the rows.

/** {name, symbols, shape, data} with its data as numbers, and the index of an entry. */
function unpack(matrix) {
  const { data } = matrix;
  if (data instanceof Float64Array) return matrix;
  const bytes = data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength);
  return { ...matrix, data: new Float64Array(bytes) };
}

/** The entry [i, j] of an unpacked matrix. */
const at = (matrix, i, j) => matrix.data[i * matrix.shape[1] + j];

/** Row i of an unpacked matrix, as a list. */
function rowOf({ data, shape: [, n] }, i) {
  return [...data.subarray(i * n, (i + 1) * n)];
}

/** The rows of a matrix, as lists. */
function rowsOf(matrix) {
  const A = unpack(matrix);
  return Array.from({ length: A.shape[0] }, (_, i) => rowOf(A, i));
}

/** A matrix turned over: O becomes O^T, and O^T becomes O. */
function transposed(matrix) {
  const [rows, columns] = matrix.shape;
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) data[j * rows + i] = at(matrix, i, j);
  const name = matrix.name.endsWith("^T") ? matrix.name.slice(0, -2) : `${matrix.name}^T`;
  return { name, symbols: [...matrix.symbols].reverse(), shape: [columns, rows], data };
}

/** Add left[:, from:to] right[from:to, :], the sum of these outer products, to data. */
function outerSum(left, right, from, to, data = new Float64Array(left.shape[0] * right.shape[1])) {
  const columns = right.shape[1];
  for (let i = 0; i < left.shape[0]; i++)
    for (let s = from; s < to; s++)
      for (let j = 0; j < columns; j++) data[i * columns + j] += at(left, i, s) * right.data[s * columns + j];
  return data;
}

/** Set traits of the model, {name: value}, and tell the kernel. */
function put(model, values) {
  model.set(values);
  model.save_changes();
}

/** All entries of a matrix of this shape, [i, j], in the order of the rows. */
function placesOf([rows, columns]) {
  return Array.from({ length: rows * columns }, (_, k) => [Math.floor(k / columns), k % columns]);
}
