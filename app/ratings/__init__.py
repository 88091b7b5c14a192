"""What people say of their visit, once it is over: five grades, or nothing."""
