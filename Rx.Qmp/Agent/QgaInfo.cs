using System.Collections.Immutable;

namespace Rx.Qmp.Agent;

/// <summary>What a guest agent says about itself.</summary>
/// <param name="Version">Its version.</param>
/// <param name="Commands">Its commands, by name, whether enabled or not.</param>
public sealed record QgaInfo(string Version, ImmutableDictionary<string, QgaCommandInfo> Commands);
