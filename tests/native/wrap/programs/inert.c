int outrider_inert;
