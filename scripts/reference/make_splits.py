"""Records the train/test row splits that published numbers were measured on, so that they need no Python to reuse.

scikit-learn's train_test_split draws from NumPy's legacy Mersenne Twister, whose stream is frozen; the rows are recorded
all the same, so that nothing depends on that. Run from the top of the repository:

    python3 -m venv .venv && .venv/bin/pip install scikit-learn==1.9.1 numpy==2.4.6
    .venv/bin/python scripts/reference/make_splits.py

Rows count from 0 in the order of the data set's file, a header excluded.
"""

import csv
import gzip
import json
from pathlib import Path

import numpy
import sklearn
from sklearn.model_selection import train_test_split

DATA = Path(__file__).resolve().parents[2] / "data"

# name, data set, classes kept (None: all), keyword arguments of train_test_split, stratified?, what uses it
SPLITS = [
    ("iris_authors", "iris", ["setosa", "versicolor"], {"test_size": 0.33, "random_state": 33}, False,
     "Iris classes 0/1 as in the code published with ModelPred (Zeng et al., SaTML 2023): not stratified"),
    ("iris_1_2", "iris", ["versicolor", "virginica"], {"test_size": 0.33, "random_state": 33}, True,
     "Iris classes 1/2, which overlap"),
    ("breast_cancer_300", "breast_cancer", None, {"train_size": 300, "random_state": 33}, True,
     "a pool of 300, as large as the paper's larger pools"),
    ("spambase_300", "spambase", None, {"train_size": 300, "test_size": 1000, "random_state": 33}, True,
     "a pool of 300, as large as the paper's spam pool (whose file is not published)"),
    ("spambase_1000", "spambase", None, {"train_size": 1000, "test_size": 1000, "random_state": 33}, True,
     "a larger pool for timings"),
    ("digits_500", "digits", None, {"train_size": 500, "test_size": 1000, "random_state": 33}, True,
     "ten classes"),
    ("iris_3", "iris", None, {"test_size": 0.33, "random_state": 33}, True,
     "Iris with all three classes"),
    ("german_credit_300", "german_credit", None, {"train_size": 300, "random_state": 33}, True,
     "named features, numbers and categories, of points that can be read"),
    ("fashion_2000", "fashion_train5k", None, {"train_size": 2000, "test_size": 2000, "random_state": 33}, True,
     "a large pool of ten classes"),
]


def labels_of(sidecar):
    """Class name of every row."""
    if "files" in sidecar:
        with gzip.open(DATA / sidecar["files"][1]["file"]) as file:
            codes = numpy.frombuffer(file.read(), dtype=numpy.uint8, offset=8)
        return numpy.array(sidecar["classes"])[codes]
    with open(DATA / sidecar["file"], newline="") as file:
        return numpy.array([row[sidecar["label"]] for row in csv.DictReader(file)])


def hash_of(sidecar):
    """SHA-256 of the data set's file; of several, one after the other."""
    return "+".join(file["sha256"] for file in sidecar.get("files", [sidecar]))


def main():
    (DATA / "splits").mkdir(exist_ok=True)
    for name, dataset, classes, arguments, stratified, purpose in SPLITS:
        sidecar = json.loads((DATA / f"{dataset}.json").read_text())
        labels = labels_of(sidecar)
        kept = classes or sidecar["classes"]
        rows = numpy.flatnonzero(numpy.isin(labels, kept))
        codes = numpy.array([kept.index(label) for label in labels[rows]])
        train, test = train_test_split(rows, stratify=codes if stratified else None, **arguments)
        shown = ", ".join([f"{key}={value}" for key, value in arguments.items()] + ["stratify=labels"] * stratified)
        record = {
            "name": name,
            "dataset": dataset,
            "datasetSha256": hash_of(sidecar),
            "classes": kept,
            "purpose": purpose,
            "madeBy": f"scripts/reference/make_splits.py: train_test_split(rows, {shown})",
            "versions": {"scikit-learn": sklearn.__version__, "numpy": numpy.__version__},
            "trainRows": train.tolist(),
            "testRows": test.tolist(),
        }
        lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in record.items()]
        (DATA / "splits" / f"{name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
        print(f"{name}: {len(train)} train, {len(test)} test")


if __name__ == "__main__":
    main()
