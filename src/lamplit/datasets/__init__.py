"""Readers of data sets, one per corpus, and the protocols that turn people's votes into labels."""

from lamplit.datasets.affectnet import read_affectnet
from lamplit.datasets.ck_plus import read_ck_plus
from lamplit.datasets.copies import have_copies
from lamplit.datasets.corpora import CORPORA, Corpus, find_corpus
from lamplit.datasets.csv_list import read_csv
from lamplit.datasets.fer2013 import read_fer2013
from lamplit.datasets.ferplus import FerPlus, read_ferplus
from lamplit.datasets.folder import read_folder
from lamplit.datasets.jaffe import read_jaffe
from lamplit.datasets.labelled import LabelledFaces
from lamplit.datasets.raf_db import read_raf_db
from lamplit.datasets.splits import leave_one_person_out, split_by_people
from lamplit.datasets.votes import Distribution, Majority
from lamplit.datasets.yale_b import YaleB, read_yale_b
from lamplit.datasets.yale_faces import read_yale_faces

__all__ = [
    "CORPORA",
    "Corpus",
    "Distribution",
    "FerPlus",
    "LabelledFaces",
    "Majority",
    "YaleB",
    "find_corpus",
    "have_copies",
    "leave_one_person_out",
    "read_affectnet",
    "read_ck_plus",
    "read_csv",
    "read_fer2013",
    "read_ferplus",
    "read_folder",
    "read_jaffe",
    "read_raf_db",
    "read_yale_b",
    "read_yale_faces",
    "split_by_people",
]
