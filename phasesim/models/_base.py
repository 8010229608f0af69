"""What every model provides: a flax module, and where its feature directions are."""

from __future__ import annotations

from typing import Any

from phasesim.parts import Part


class Model(Part):
    """An autoencoder-like map from n inputs to n outputs through m hidden units.

    A variant defines `module`; everything else follows. Parameters are the module's ``params``
    collection; batches inside phasesim are feature-major, (n, batch), while flax modules see
    (batch, n) as usual.
    """

    kind = "model"
    #: hand-written (params, x, target, importance) -> (squared-error loss, its gradient), if any
    gradient: Any = None
    #: params -> (n, n), the linear map from inputs to outputs before their non-linearity; None
    #: where hidden units are no linear function of the inputs
    linear_map: Any = None
    #: whether outputs can have both signs, as logits must
    signed = True

    def module(self, n_features: int, n_hidden: int) -> Any:
        """The flax.linen or flax.nnx module (for nnx: a function of ``rngs`` that makes it)."""
        raise AttributeError(f"{type(self).__name__} defines no module")

    def init(self, key: Any, n_features: int, n_hidden: int) -> Any:
        """Parameters as the module itself initialises them."""
        from phasesim.models import _flax

        return _flax.init(self.module(n_features, n_hidden), key, n_features)

    def apply(self, params: Any, x: Any, n_hidden: int) -> Any:
        """Outputs, shape (n, batch), for inputs x of shape (n, batch)."""
        from phasesim.models import _flax

        return _flax.apply(self.module(x.shape[0], n_hidden), params, x.T).T

    def hidden(self, params: Any, x: Any, n_hidden: int) -> Any:
        """Hidden units, shape (m, batch), for inputs x of shape (n, batch): the module's method.

        Raises:
            UsageError: the module defines no ``hidden``.
        """
        from phasesim.models import _flax

        return _flax.apply(self.module(x.shape[0], n_hidden), params, x.T, "hidden").T

    def decode(self, params: Any, h: Any, n_features: int) -> Any:
        """Outputs, shape (n, batch), for hidden units h of shape (m, batch): the module's method.

        Raises:
            UsageError: the module defines no ``decode``.
        """
        from phasesim.models import _flax

        return _flax.apply(self.module(n_features, h.shape[0]), params, h.T, "decode").T

    def activate(self, z: Any) -> Any:
        """Hidden units from W x, for a model with `directions`."""
        return z

    def directions(self, params: Any) -> tuple[Any, Any] | None:
        """(W (m, n), b (n,)) for the metrics of superposition; None where there are none."""
        if not (isinstance(params, dict) and {"W", "b"} <= set(params)):
            return None
        W, b = params["W"], params["b"]
        # a module may use the same letters for something else
        fits = W.ndim == 2 and b.ndim == 1 and W.shape[1] == b.shape[0]
        return (W, b) if fits else None

    def unrolls(self, n_features: int, n_hidden: int) -> bool:
        """Whether models of this size are batched as elementwise code, not one after the other."""
        return True
