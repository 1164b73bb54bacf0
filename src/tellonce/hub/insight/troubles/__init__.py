"""Detectors of known troubles, one file a kind; `registry` lists them.

Each looks at what the hub holds now and names what it finds; whether that is news, `alerting`
knows. A detector judges with a pure function over plain figures, which tests feed with histories.
"""
