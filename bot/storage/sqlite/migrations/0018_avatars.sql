-- The hash that Discord names a member's avatar by, NULL without one: the picture itself stays with Discord.
ALTER TABLE member ADD COLUMN avatar TEXT;
