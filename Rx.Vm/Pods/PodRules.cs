using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Rx.Vm.Text;

namespace Rx.Vm.Pods;

/// <summary>
/// The rules of a pod spec that need nothing but the spec. Written for specs made by code: anything in one may be null, default or huge.
/// </summary>
internal static partial class PodRules
{
    private const int MaxLabels = 64;
    private const int MaxLabelBytes = 16 << 10;

    [GeneratedRegex(@"\A[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\z")]
    private static partial Regex DnsLabel();

    /// <summary>Throws for the first broken rule.</summary>
    public static void Check(PodSpec pod)
    {
        SpecTexts.CheckId("id", pod.Id);
        if (pod.Hostname is { } hostname && !DnsLabel().IsMatch(hostname))
        {
            throw new PodSpecException("hostname", $"{CleanText.Quote(hostname)} is not a DNS label: letters, digits and '-', at most 63");
        }

        var resources = pod.Resources ?? throw new PodSpecException("resource", "is null");
        CheckRange("resource.vcpu", resources.Vcpu, 1, MachineSize.MostCpus);
        CheckRange("resource.memory", resources.Memory, MachineSize.LeastMemoryMiB, MachineSize.MostMemoryMiB);
        CheckLabels(pod.Labels);
        CheckContainers(pod.Containers);
    }

    private static void CheckContainers(ImmutableArray<ContainerSpec> containers)
    {
        if (containers.IsDefaultOrEmpty)
        {
            throw new PodSpecException("containers", "at least one container is needed");
        }

        if (containers.Length > PodSpec.MaxContainers)
        {
            throw new PodSpecException("containers", $"{containers.Length} containers, at most {PodSpec.MaxContainers} fit into one machine");
        }

        SpecTexts.CheckList("containers", containers, PodSpec.MaxContainers);
        var texts = new SpecTexts();
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < containers.Length; i++)
        {
            var (field, container) = ($"containers[{i}]", containers[i]);
            texts.BeginContainer(field);
            SpecTexts.CheckId($"{field}.name", container.Name);
            if (string.IsNullOrWhiteSpace(texts.Check($"{field}.image", container.Image, ProcessLimits.Path)))
            {
                throw new PodSpecException($"{field}.image", "an image is needed");
            }

            ProcessRules.Check(texts, field, container);
            var name = container.NameAt(i);
            if (!names.Add(name))
            {
                throw new PodSpecException($"{field}.name", $"{CleanText.Quote(name)} is taken by another container");
            }
        }
    }

    // They are shown in every state of the machine and kept in its journal.
    private static void CheckLabels(ImmutableSortedDictionary<string, string> labels)
    {
        if ((labels ?? throw new PodSpecException("labels", "is null")).Count > MaxLabels)
        {
            throw new PodSpecException("labels", $"{labels.Count} labels, at most {MaxLabels}");
        }

        var bytes = 0L;
        foreach (var (name, value) in labels)
        {
            var field = $"labels.{CleanText.Quote(name)}";
            if (value is null)
            {
                throw new PodSpecException(field, "is null");
            }

            bytes += (long)name.Length + value.Length > MaxLabelBytes
                ? MaxLabelBytes + 1L
                : Encoding.UTF8.GetByteCount(name) + Encoding.UTF8.GetByteCount(value);
            if (bytes > MaxLabelBytes)
            {
                throw new PodSpecException(field, $"with this the labels take more than {MaxLabelBytes} bytes");
            }

            if (name.Length == 0 || !CleanText.IsClean(name) || !CleanText.IsClean(value))
            {
                throw new PodSpecException(field, "a label is plain text: a name, and no control or formatting characters");
            }
        }
    }

    private static void CheckRange(string field, int? value, int least, int most)
    {
        if (value < least || value > most)
        {
            throw new PodSpecException(field, $"{value} is not between {least} and {most}");
        }
    }
}
