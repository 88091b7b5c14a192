"""The licence library: kinds as data, licences kept sealed, who may read which, and every use."""
