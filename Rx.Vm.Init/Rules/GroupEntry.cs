namespace Rx.Vm.Init.Rules;

/// <summary>A line of /etc/group.</summary>
internal sealed record GroupEntry(string Name, uint Gid, string[] Members);
