"""What the deployment says: settings, addresses, profiles, prices."""
