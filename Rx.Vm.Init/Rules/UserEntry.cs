namespace Rx.Vm.Init.Rules;

/// <summary>A line of /etc/passwd.</summary>
internal sealed record UserEntry(string Name, uint Uid, uint Gid, string Home);
