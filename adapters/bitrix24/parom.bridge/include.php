<?php

// Nothing to do: the portal finds `Parom\Bridge\…` in `lib/` by itself.
