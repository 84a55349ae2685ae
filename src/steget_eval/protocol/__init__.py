"""The decisions made before the data are opened, as frozen models."""

from steget_eval.protocol.evidence import EvidenceProtocol, load_evidence
from steget_eval.protocol.prestudy_mapping import load_mapping
from steget_eval.protocol.protocol import Protocol
from steget_eval.protocol.yaml import load_protocol

__all__ = ["EvidenceProtocol", "Protocol", "load_evidence", "load_mapping", "load_protocol"]
