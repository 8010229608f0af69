// What is derived from the weights of one model; W is a list of m rows of n numbers.

/** WᵀW, n × n. */
function gram(W) {
  const n = W[0].length;
  return Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => W.reduce((sum, r) => sum + r[i] * r[j], 0)),
  );
}

/** Norm, superposition and dimensionality of each feature, as the metrics of the same names. */
function featureNumbers(W) {
  const G = gram(W);
  const floor = 1e-6; // shorter columns have no direction
  return G.map((line, i) => {
    const norm = Math.sqrt(line[i]);
    const squares = line.reduce((sum, g) => sum + g * g, 0);
    if (norm < floor) return { norm, superposition: 0, dimensionality: 0 };
    return {
      norm,
      superposition: (squares - line[i] * line[i]) / line[i],
      dimensionality: (line[i] * line[i]) / squares,
    };
  });
}

/**
 * Coordinates of the features in `dims` dimensions: their own where W has as many or fewer, else
 * the principal components of the columns about the origin.
 */
function project(W, dims) {
  const n = W[0].length;
  if (W.length <= dims) {
    const rows = [...W, ...Array.from({ length: dims - W.length }, () => Array(n).fill(0))];
    return { rows, pca: false, share: 1 };
  }
  const { vectors, values } = eigen(W.map((a) => W.map((b) => a.reduce((s, v, i) => s + v * b[i], 0))));
  const rows = vectors.slice(0, dims).map((v) =>
    Array.from({ length: n }, (_, i) => v.reduce((sum, x, k) => sum + x * W[k][i], 0)),
  );
  const total = values.reduce((a, b) => a + b, 0);
  const share = values.slice(0, dims).reduce((a, b) => a + b, 0) / (total || 1);
  return { rows, pca: true, share };
}

/** Eigenvectors of a symmetric matrix, of the largest values first, by Jacobi's rotations. */
function eigen(symmetric) {
  const A = symmetric.map((r) => [...r]);
  const size = A.length;
  const V = A.map((_, i) => A.map((_, j) => Number(i === j)));
  const off = () => A.reduce((s, r, i) => s + r.reduce((t, x, j) => t + (i === j ? 0 : x * x), 0), 0);
  const scale = A.reduce((s, r) => s + r.reduce((t, x) => t + x * x, 0), 0);
  for (let sweep = 0; sweep < 60 && off() > 1e-22 * scale; sweep++) {
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) rotate(A, V, p, q);
    }
  }
  const order = A.map((r, i) => i).sort((i, j) => A[j][j] - A[i][i]);
  return {
    values: order.map((i) => Math.max(A[i][i], 0)),
    vectors: order.map((i) => V.map((r) => r[i])),
  };
}

/** One rotation that makes A[p][q] zero. */
function rotate(A, V, p, q) {
  if (A[p][q] === 0) return;
  const theta = (A[q][q] - A[p][p]) / (2 * A[p][q]);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  const turn = (x, y) => [c * x - s * y, s * x + c * y];
  for (const r of A) [r[p], r[q]] = turn(r[p], r[q]);
  for (let k = 0; k < A.length; k++) [A[p][k], A[q][k]] = turn(A[p][k], A[q][k]);
  for (const r of V) [r[p], r[q]] = turn(r[p], r[q]);
}

/**
 * The blend of features that a hidden unit reads: signed weights, strongest first, and how much of
 * its squared weight lies in those that are not listed.
 */
function blend(weights, most) {
  const total = weights.reduce((sum, w) => sum + w * w, 0);
  const terms = weights.map((weight, feature) => ({ weight, feature }));
  terms.sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
  const listed = terms.slice(0, most);
  const rest = terms.slice(most).reduce((sum, t) => sum + t.weight * t.weight, 0);
  return { listed, rest: total ? rest / total : 0, nRest: terms.length - listed.length };
}
