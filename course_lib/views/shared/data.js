// What a view gets and keeps. A matrix comes as {name, symbols, shape, data}: data holds float64 in the order of the rows.

/** {name, symbols, shape, data} with its data as numbers, and the index of an entry. */
function unpack(matrix) {
  const { data } = matrix;
  if (data instanceof Float64Array) return matrix;
  const bytes = data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength);
  return { ...matrix, data: new Float64Array(bytes) };
}

/** The entry [i, j] of an unpacked matrix. */
function at(matrix, i, j) {
  return matrix.data[i * matrix.shape[1] + j];
}

/** Set traits of the model, {name: value}, and tell the kernel. */
function put(model, values) {
  model.set(values);
  model.save_changes();
}

/** The trait "made" of a model holds the entries of a result that are made, as numbers in the order of the rows. */
function isMade(model, [i, j], [, columns]) {
  return model.get("made").includes(i * columns + j);
}

/** The model's list of what is made, with one entry more. */
function withMade(model, [i, j], [, columns]) {
  return [...new Set([...model.get("made"), i * columns + j])];
}

const allOf = ([rows, columns]) => Array.from({ length: rows * columns }, (_, k) => k);
