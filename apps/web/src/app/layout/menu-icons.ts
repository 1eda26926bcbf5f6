import {
  ApartmentOutlined,
  AppstoreOutlined,
  ClusterOutlined,
  DatabaseOutlined,
  DeploymentUnitOutlined,
  FileTextOutlined,
  FolderOutlined,
  PartitionOutlined,
  SafetyCertificateOutlined,
  SettingOutlined,
  ThunderboltOutlined,
} from '@ant-design/icons-vue';
import type { Component } from 'vue';

const icons: Record<string, Component> = {
  appstore: AppstoreOutlined,
  cluster: ClusterOutlined,
  database: DatabaseOutlined,
  deployment: DeploymentUnitOutlined,
  file: FileTextOutlined,
  network: PartitionOutlined,
  safety: SafetyCertificateOutlined,
  setting: SettingOutlined,
  thunderbolt: ThunderboltOutlined,
  tree: ApartmentOutlined,
};

/** The icon the server's menu names; a folder for one this page does not know. */
export function menuIcon(name: string): Component {
  return icons[name] ?? FolderOutlined;
}
