"""All that lets Dropscribe run without a cloud: the functions host, the emulators, the runner.

Never deployed. The emulators import nothing from `shared/`, so that a mistake in our wire code
cannot agree with itself.
"""
