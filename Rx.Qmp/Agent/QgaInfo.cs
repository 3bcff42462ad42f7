using System.Collections.Immutable;
using Rx.Values;

namespace Rx.Qmp.Agent;

/// <summary>What a guest agent says about itself.</summary>
/// <param name="Version">Its version.</param>
/// <param name="Commands">Its commands, by name, whether enabled or not.</param>
public sealed record QgaInfo(string Version, ImmutableDictionary<string, QgaCommandInfo> Commands)
{
    private readonly MapField<ImmutableDictionary<string, QgaCommandInfo>, string, QgaCommandInfo> _commands = new(Commands);

    /// <summary>Its commands, by name, whether enabled or not.</summary>
    public ImmutableDictionary<string, QgaCommandInfo> Commands { get => _commands.Map!; init => _commands = new(value); }
}
