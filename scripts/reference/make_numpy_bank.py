"""Masks and parameters of a bank as NumPy and scikit-learn write them: test/fixtures/numpy/.

Run: python3 scripts/reference/make_numpy_bank.py (NumPy 1.24, scikit-learn 1.2)
"""
import os
import numpy as np
from sklearn.linear_model import LogisticRegression

here = os.path.join(os.path.dirname(__file__), "..", "..")
iris = np.genfromtxt(os.path.join(here, "data", "iris.csv"), delimiter=",", dtype=str, skip_header=1)
rows = [row for row in iris if row[-1] in ("versicolor", "virginica")][::4]
features = np.array([[float(value) for value in row[:-1]] for row in rows])
labels = np.array([int(row[-1] == "virginica") for row in rows])
random = np.random.default_rng(5)
masks = np.array([random.permutation(len(rows)) < 16 for _ in range(6)])
theta = []
for mask in masks:
    model = LogisticRegression(C=1.0, solver="newton-cholesky", tol=1e-10).fit(features[mask], labels[mask])
    theta.append([*model.coef_[0], model.intercept_[0]])
to = os.path.join(here, "test", "fixtures", "numpy")
os.makedirs(to, exist_ok=True)
np.save(os.path.join(to, "masks.npy"), masks)  # booleans
np.save(os.path.join(to, "masks-int64-fortran.npy"), np.asfortranarray(masks.astype(np.int64)))
np.save(os.path.join(to, "parameters.npy"), np.array(theta))
np.save(os.path.join(to, "parameters-big-endian.npy"), np.array(theta).astype(">f8"))
np.save(os.path.join(to, "parameters-float32.npy"), np.array(theta, dtype=np.float32))
np.savez(os.path.join(to, "bank.npz"), masks=masks, parameters=np.array(theta))
np.savez_compressed(os.path.join(to, "bank-compressed.npz"), masks=masks, parameters=np.array(theta))
