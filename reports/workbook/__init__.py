def build(**kwargs):
    raise NotImplementedError
